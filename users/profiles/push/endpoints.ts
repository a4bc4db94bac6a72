/**
 * Where push services are. A browser says its endpoint, so a caller could name any address, one within our own network
 * too: only hosts of the list are called, over TLS, at the usual port.
 */

/** `*.example.com` is every host below it; an origin such as `http://127.0.0.1:4000` is that one alone, for tests. */
export function isPushEndpoint(endpoint: string, allowed: readonly string[]): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { protocol, hostname, port, username, password, origin } = new URL(endpoint);
  if (username || password) return false;
  if (allowed.includes(origin)) return true;
  if (protocol !== "https:" || port !== "") return false;
  return allowed.some((host) => (host.startsWith("*.") ? hostname.endsWith(host.slice(1)) : hostname === host));
}
