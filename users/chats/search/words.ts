import { createHmac } from "node:crypto";
import { seal, unseal } from "../../platform/secrets/sealing.ts";

/** Words as they are compared: without case, accents and marks. */
export const wordsOf = (text: string): string[] => [
  ...new Set(
    text
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .match(/[\p{L}\p{N}]{2,}/gu) ?? [],
  ),
];

/** 32 bits of a word under the user's key: enough to leave out nearly every chat that does not hold it. */
export const printOf = (key: Uint8Array, word: string): number =>
  createHmac("sha256", key).update(`search|${word}`).digest().readUInt32LE(0);

/** The prints of a text, sealed as well: two that hold the same words do not look alike. */
export function termsOf(key: Uint8Array, text: string, place: string): Uint8Array {
  return sealPrints(key, new Set(wordsOf(text).map((word) => printOf(key, word))), place);
}

export function sealPrints(key: Uint8Array, prints: ReadonlySet<number>, place: string): Uint8Array {
  return seal(key, new Uint8Array(Uint32Array.from(prints).buffer), place);
}

export function printsIn(key: Uint8Array, terms: Uint8Array, place: string): Uint32Array {
  const bytes = unseal(key, terms, place);
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}
