import { hash, sameSecret } from "../../platform/hashes.ts";

/** The text of a token: whose it is, where it is kept, which one, and its secret. */
export type Named = { uid: string; place: number; id: string; secret: string };

const start = "bwp_";
const form = /^bwp_[\w-]{87}$/;

const bytesOf = (uuid: string) => Buffer.from(uuid.replaceAll("-", ""), "hex");
const uuidOf = (bytes: Uint8Array) =>
  Buffer.from(bytes)
    .toString("hex")
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

/** Begins with `bwp_`, so that those who search files for secrets can find it. */
export function tokenText({ uid, place, id, secret }: Named): string {
  const parts = [bytesOf(uid), Buffer.of(place), bytesOf(id), Buffer.from(secret, "base64url")];
  return start + Buffer.concat(parts).toString("base64url");
}

export function readToken(text: string): Named | undefined {
  if (!form.test(text)) return undefined;
  const bytes = Buffer.from(text.slice(start.length), "base64url");
  const [uid, place, id] = [uuidOf(bytes.subarray(0, 16)), bytes[16] ?? 0, uuidOf(bytes.subarray(17, 33))];
  return { uid, place, id, secret: bytes.subarray(33).toString("base64url") };
}

/** What access tokens made from it carry in the place of a session. */
export const sidOf = (place: number, id: string): string => `token.${place}.${id}`;

export const isOfToken = (sid: string): boolean => readSid(sid) !== undefined;

export function readSid(sid: string): { place: number; id: string } | undefined {
  const [, place, id] = /^token\.(\d{1,2})\.([\da-f-]{36})$/.exec(sid) ?? [];
  return place === undefined || id === undefined ? undefined : { place: Number(place), id };
}

export const matches = (secret: string, stored: string): boolean => sameSecret(hash(secret), stored);
