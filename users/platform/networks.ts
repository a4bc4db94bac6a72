import { BlockList, isIPv4, isIPv6 } from "node:net";

/** Where an address leads to, by the registries of special addresses (RFC 6890). */

const ofNobody = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/3",
  // of the addresses that are given out (2000::/3): those that carry an address of the other kind, or are for examples
  "2001::/23",
  "2001:db8::/32",
  "2002::/16",
  "3fff::/20",
];
/** What a cloud tells a machine of itself, its credentials among it. */
const ofMachines = ["169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128", "100.100.100.200/32", "168.63.129.16/32"];
export const loopbackNetworks: readonly string[] = ["127.0.0.0/8", "::1/128"];

export function isNetwork(text: string): boolean {
  const [address = "", bits = "", ...more] = text.split("/");
  const most = isIPv4(address) ? 32 : isIPv6(address) ? 128 : -1;
  return more.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= most;
}

const given = networks(["2000::/3"]);
const special = networks(ofNobody);
const never = networks(ofMachines);

/** Public addresses, and those of the networks that are listed. */
export function mayCall(listed: readonly string[]): (address: string) => boolean {
  const allowed = networks(listed);
  return (address) => {
    const kind = isIPv4(address) ? "ipv4" : "ipv6";
    if (never.check(address, kind)) return false;
    if (allowed.check(address, kind)) return true;
    return !special.check(address, kind) && (kind === "ipv4" || given.check(address, kind));
  };
}

function networks(listed: readonly string[]): BlockList {
  const found = new BlockList();
  for (const network of listed) {
    const [address = "", bits] = network.split("/");
    found.addSubnet(address, Number(bits), isIPv4(address) ? "ipv4" : "ipv6");
  }
  return found;
}
