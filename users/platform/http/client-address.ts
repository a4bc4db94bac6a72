import { sameSecret } from "../hashes.ts";

/** The socket's address, or what exactly `proxies` trusted proxies on this machine added to X-Forwarded-For. */
export function clientAddress(socket: string | undefined, forwarded: string | undefined, proxies: number): string {
  const own = socket ?? "unknown";
  const isLocal = /^(::ffff:)?127\.|^::1$/.test(own);
  if (!forwarded || proxies === 0 || !isLocal) return own;
  const hops = forwarded.split(",").map((hop) => hop.trim());
  return hops.at(-proxies) || own;
}

/** Whether the request comes through the gateway: of others on this machine no address is believed but their own. */
export function isGateway(shown: string | undefined, secret: string | undefined): boolean {
  return secret === undefined || sameSecret(shown ?? "", secret);
}
