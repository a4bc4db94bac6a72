import { readFileSync } from "node:fs";
import { isIP, isIPv4 } from "node:net";
import { z } from "zod";
import { SettingsError } from "../settings.ts";

/** Where an address is, as coarsely as a country and a whole degree; nobody's street. */
export type Place = { country: string; latitude?: number | undefined; longitude?: number | undefined };

export const storedPlace = z.object({
  country: z.string(),
  latitude: z.number().optional(),
  longitude: z.number().optional(),
});
export type PlaceSources = { headers: string; file: string | undefined };
type Network = { from: bigint; to: bigint; place: Place };
type Header = (name: string) => string | undefined;

/**
 * Says where a caller is: by the headers that a trusted proxy sets, or else by a table of networks. Neither is there by
 * default, and then nothing is said; a place is never guessed.
 */
export class Places {
  private readonly names: readonly string[];
  private readonly networks: readonly Network[];

  constructor({ headers, file }: PlaceSources) {
    this.names = headers.split(",").flatMap((name) => name.trim().toLowerCase() || []);
    if (this.names.length !== 0 && this.names.length !== 1 && this.names.length !== 3)
      throw new SettingsError(
        "SESSIONS_PLACE_HEADERS: name one header (country) or three (country,latitude,longitude)",
      );
    this.networks = file ? readNetworks(file) : [];
  }

  /** `isTrusted`: the request came through the gateway, so that nobody else can have set the headers. */
  of(header: Header, address: string, isTrusted: boolean): Place | undefined {
    return (isTrusted ? this.told(header) : undefined) ?? this.looked(address);
  }

  private told(header: Header): Place | undefined {
    const [country, latitude, longitude] = this.names.map(header);
    return placeOf(country, latitude, longitude);
  }

  private looked(address: string): Place | undefined {
    if (this.networks.length === 0 || isIP(address) === 0) return undefined;
    const at = numberOf(address);
    let [low, high] = [0, this.networks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.networks[middle]?.from ?? at) <= at) low = middle + 1;
      else high = middle;
    }
    const found = this.networks[low - 1];
    return found && at <= found.to ? found.place : undefined;
  }
}

/** Kilometres between two places, along the surface; undefined when one of them has no degrees. */
export function distance(a: Place, b: Place): number | undefined {
  if (a.latitude === undefined || a.longitude === undefined) return undefined;
  if (b.latitude === undefined || b.longitude === undefined) return undefined;
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const [north, east] = [radians(b.latitude - a.latitude) / 2, radians(b.longitude - a.longitude) / 2];
  const widths = Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude));
  return 12_742 * Math.asin(Math.min(1, Math.sqrt(Math.sin(north) ** 2 + widths * Math.sin(east) ** 2)));
}

function placeOf(country = "", latitude = "", longitude = ""): Place | undefined {
  // XX is what proxies say when they do not know
  if (!/^[A-Z]{2}$/.test(country) || country === "XX") return undefined;
  const [north, east] = [degrees(latitude, 90), degrees(longitude, 180)];
  return north === undefined || east === undefined ? { country } : { country, latitude: north, longitude: east };
}

function degrees(text: string, most: number): number | undefined {
  const value = Math.round(Number(text));
  return /^-?\d{1,3}(\.\d{1,12})?$/.test(text) && Math.abs(value) <= most ? value : undefined;
}

function readNetworks(file: string): Network[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw new SettingsError(`SESSIONS_PLACES_FILE: there is no readable file ${file}`);
  }
  const [head, ...rows] = text.split(/\r?\n/).filter(Boolean);
  if (head !== "network,country,latitude,longitude")
    throw new SettingsError(`SESSIONS_PLACES_FILE: ${file} must begin with network,country,latitude,longitude`);
  return rows.map(networkOf).sort((a, b) => (a.from < b.from ? -1 : 1));
}

function networkOf(row: string, index: number): Network {
  const [network = "", ...where] = row.split(",");
  const [address = "", bits = "", ...rest] = network.split("/");
  const width = isIPv4(address) ? 32 : 128;
  const place = placeOf(...where);
  const isNetwork = isIP(address) > 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= width && rest.length === 0;
  if (!isNetwork || !place)
    throw new SettingsError(`SESSIONS_PLACES_FILE: row ${index + 2} must be like 192.0.2.0/24,GB,55,-3`);
  const size = 1n << BigInt(width - Number(bits));
  const from = numberOf(address) & ~(size - 1n);
  return { from, to: from + size - 1n, place };
}

/** An address as a number; those of IPv4 stand at ::ffff:0:0/96, where IPv6 has them. */
function numberOf(address: string): bigint {
  if (isIPv4(address)) return (0xffffn << 32n) | BigInt(`0x${address.split(".").map(hexByte).join("")}`);
  const [head = "", tail] = address.split("%")[0]?.split("::") ?? [];
  const front = groups(head);
  const back = tail === undefined ? [] : groups(tail);
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => "0000");
  return BigInt(`0x${[...front, ...zeros, ...back].join("")}`);
}

const hexByte = (text: string) => Number(text).toString(16).padStart(2, "0");
function groups(text: string): string[] {
  return text.split(":").flatMap((group) => {
    if (!isIPv4(group)) return group ? [group.padStart(4, "0")] : [];
    const hex = group.split(".").map(hexByte).join("");
    return [hex.slice(0, 4), hex.slice(4)];
  });
}
