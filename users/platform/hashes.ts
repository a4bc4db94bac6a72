import { createHash, createHmac, timingSafeEqual } from "node:crypto";

export const hash = (text: string): string => createHash("sha256").update(text).digest("base64url");

/** HMAC-SHA-256 as bytes. */
export const digest = (key: Uint8Array, purpose: string, text: string): Uint8Array =>
  createHmac("sha256", key).update(`${purpose}|${text}`).digest();

/** HMAC-SHA-256; `purpose` keeps the marks of one use from passing for those of another. */
export const mark = (key: Uint8Array, purpose: string, text: string): string =>
  Buffer.from(digest(key, purpose, text)).toString("base64url");

/** Compares in constant time, whatever the lengths. */
export function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
