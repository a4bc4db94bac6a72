import { randomBytes } from "node:crypto";

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

export const uuid = (ms: number): string => Bun.randomUUIDv7("hex", ms);
/** An id of that time whose other half comes from bytes: the same bytes, the same id. */
export function uuidFrom(ms: number, bytes: Uint8Array): string {
  const octets = Buffer.alloc(16);
  octets.writeUIntBE(ms, 0, 6);
  octets.set(bytes.subarray(0, 10), 6);
  octets.writeUInt8((octets.readUInt8(6) & 0x0f) | 0x70, 6);
  octets.writeUInt8((octets.readUInt8(8) & 0x3f) | 0x80, 8);
  return octets.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
export const ulidPattern = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** Sorts by time as text: 10 characters of time, then 16 random ones. */
export function ulid(ms: number): string {
  let time = "";
  for (let left = ms, i = 0; i < 10; i++, left = Math.floor(left / 32)) time = alphabet.charAt(left % 32) + time;
  return time + Array.from(randomBytes(16), (byte) => alphabet.charAt(byte % 32)).join("");
}

/** When a ulid says it was made, in milliseconds. */
export const timeOf = (id: string): number =>
  [...id.slice(0, 10)].reduce((ms, letter) => ms * 32 + alphabet.indexOf(letter), 0);

/** Random bytes as text, for identifiers and secrets: take 16 or more for a secret. */
export const randomText = (bytes: number): string => randomBytes(bytes).toString("base64url");
