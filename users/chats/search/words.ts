import { createHmac } from "node:crypto";
import { seal, unseal } from "../../platform/secrets/sealing.ts";

/** Prints in one entry: four bytes each, where an item may hold 400 kB. */
export const mostPrints = 50_000;

/** Letters that are one sign, though people write them as others where a keyboard lacks them. */
const written: Record<string, string> = {
  ł: "l",
  ø: "o",
  đ: "d",
  ð: "d",
  þ: "th",
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ı: "i",
  ς: "σ",
};
const oneSign = new RegExp(`[${Object.keys(written).join("")}]`, "gu");
/** Scripts that put no space between words. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+/gu;

/** A text as it is compared: without case, accents and marks. */
export const plainly = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(oneSign, (sign) => written[sign] ?? sign);

/** The words of a text as they are compared; where no space parts them, signs and pairs of signs. */
export function wordsOf(text: string): string[] {
  const plain = plainly(text);
  const spaced = plain.replace(unspaced, " ").match(/[\p{L}\p{N}]{2,}/gu) ?? [];
  const runs = (plain.match(unspaced) ?? []).map((run) => Array.from(run));
  const signs = runs.flatMap((run) => run.flatMap((sign, at) => [sign, sign + (run[at + 1] ?? "")]));
  return [...new Set([...spaced, ...signs])];
}

/** 32 bits of a word under the user's key: enough to leave out nearly every chat that does not hold it. */
export const printOf = (key: Uint8Array, word: string): number =>
  createHmac("sha256", key).update(`search|${word}`).digest().readUInt32LE(0);

/** The prints of the words of many texts, in pieces that an item of the table takes. */
export function manyTermsOf(key: Uint8Array, texts: readonly string[], place: (piece: number) => string): Uint8Array[] {
  const prints = [...new Set(texts.flatMap((text) => wordsOf(text)))].map((word) => printOf(key, word));
  const pieces: Uint8Array[] = [];
  for (let from = 0; from < prints.length; from += mostPrints)
    pieces.push(sealPrints(key, new Set(prints.slice(from, from + mostPrints)), place(pieces.length)));
  return pieces;
}

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
