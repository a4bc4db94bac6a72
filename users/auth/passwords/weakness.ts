import { readFileSync } from "node:fs";

/** The words that common passwords are made of; one of them with a few digits or signs around it is refused. */
const commonWords = new Set(
  readFileSync(new URL("./common-passwords.txt", import.meta.url), "utf8")
    .split("\n")
    .filter(Boolean),
);
const lookAlikes: Record<string, string> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
  "!": "i",
};

/** Returns why a password is too easy, or undefined. `context` holds what an attacker knows: email, name. */
export function weakness(password: string, context: readonly string[]): string | undefined {
  const plain = password.normalize("NFKC").toLowerCase();
  if (new Set(plain).size < 5) return "It repeats a few characters.";
  if (isRun(plain)) return "It is a run of neighbouring characters.";
  const words = [plain, unornamented(plain), deLeet(unornamented(plain)), unornamented(deLeet(plain))];
  if (words.some((word) => isCommon(word))) return "It is one of the common passwords.";
  const known = context
    .flatMap((text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u))
    .filter((word) => word.length >= 4);
  const left = known.reduce((rest, word) => rest.replaceAll(word, ""), plain).replace(/[^\p{L}]/gu, "");
  if (known.some((word) => plain.includes(word)) && left.length < 4) return "It is made of your name or email.";
  return undefined;
}

const deLeet = (text: string) => Array.from(text, (c) => lookAlikes[c] ?? c).join("");
const unornamented = (text: string) => text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "");

function isCommon(text: string): boolean {
  if (commonWords.has(text)) return true;
  for (let at = 4; at <= text.length - 4; at++)
    if (commonWords.has(text.slice(0, at)) && commonWords.has(text.slice(at))) return true;
  const half = text.slice(0, text.length / 2);
  return half.length >= 4 && text === half + half && commonWords.has(half);
}

function isRun(text: string): boolean {
  const rows = [
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn",
  ];
  const line = rows.map((row) => row + [...row].reverse().join("")).join("|");
  return line.includes(text);
}
