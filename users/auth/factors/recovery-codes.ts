import { randomBytes } from "node:crypto";
import { hash } from "../../platform/hashes.ts";

const howMany = 10;
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const groups = 6;

/** Ten codes of 120 bits, in groups of four characters that nobody takes for one another. */
export const newCodes = (): string[] => Array.from({ length: howMany }, newCode);

function newCode(): string {
  const text = Array.from(randomBytes(4 * groups), (byte) => alphabet.charAt(byte % 32)).join("");
  return (text.match(/.{4}/g) ?? []).join("-");
}

/** As it is stored; small letters, spaces, and O and I for 0 and 1 are the same code. */
export function hashOfCode(code: string): string {
  const plain = code.toUpperCase().replace(/[\s-]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");
  return hash(`recovery|${plain}`);
}
