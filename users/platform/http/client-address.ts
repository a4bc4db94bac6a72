/** The socket's address, or what exactly `proxies` trusted proxies on this machine added to X-Forwarded-For. */
export function clientAddress(socket: string | undefined, forwarded: string | undefined, proxies: number): string {
  const own = socket ?? "unknown";
  const isLocal = /^(::ffff:)?127\.|^::1$/.test(own);
  if (!forwarded || proxies === 0 || !isLocal) return own;
  const hops = forwarded.split(",").map((hop) => hop.trim());
  return hops.at(-proxies) || own;
}
