import { lookup } from "node:dns/promises";
import { isIP, isIPv6 } from "node:net";
import { mayCall } from "../networks.ts";

export type Resolve = (host: string) => Promise<readonly string[]>;

export class AddressRefused extends Error {
  override name = "AddressRefused";
}

const bySystem: Resolve = async (host) =>
  (await lookup(host, { all: true, order: "ipv4first" })).map(({ address }) => address);
/** Nobody listens there: nothing was sent, and another address of the same name may answer. */
const unheard = new Set(["ConnectionRefused", "FailedToOpenSocket"]);

/**
 * Calls of addresses that people have set: an administrator, a program, a browser. A name is resolved once, each of its
 * addresses must be public or of a listed network, and that address is called, so that a name which is another machine a
 * moment later leads nowhere else. A redirect is an answer and is not followed.
 */
export class Outgoing {
  private readonly mayCall: (address: string) => boolean;

  constructor(
    networks: readonly string[],
    private readonly resolve: Resolve = bySystem,
  ) {
    this.mayCall = mayCall(networks);
  }

  readonly fetch = async (given: string | URL, init: BunFetchRequestInit = {}): Promise<Response> => {
    const url = new URL(given);
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const headers = new Headers(init.headers);
    headers.set("host", url.host);
    // the certificate must be that of the name, though the address is called
    const tls = url.protocol === "https:" && !isIP(host) ? { ...init.tls, serverName: host } : init.tls;
    let failure: unknown;
    for (const address of await this.addressesOf(host)) {
      const pinned = new URL(url);
      pinned.hostname = isIPv6(address) ? `[${address}]` : address;
      try {
        // a connection that is kept would be one to the address, whatever the name
        return await fetch(pinned, { ...init, tls, headers, redirect: "manual", keepalive: false });
      } catch (error) {
        if (!(error instanceof Error && "code" in error && unheard.has(String(error.code)))) throw error;
        failure = error;
      }
    }
    throw failure;
  };

  private async addressesOf(host: string): Promise<readonly string[]> {
    const found = isIP(host) ? [host] : await this.resolve(host);
    if (found.length === 0) throw new AddressRefused("the name has no address");
    if (found.every(this.mayCall)) return found;
    throw new AddressRefused("the name leads into a network that may not be called");
  }
}
