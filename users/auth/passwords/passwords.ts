import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Problem } from "../../platform/problems.ts";

export type Cost = { memoryCost: number; timeCost: number };
const present: Cost = { memoryCost: 19_456, timeCost: 2 };

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

export function refuseWeak(password: string, context: readonly string[]): void {
  const message = weakness(password, context);
  if (message === undefined) return;
  const fix = "Take four or more unrelated words.";
  const error = { row: null, field: "password", code: "weak_password", message, fix };
  throw new Problem(422, "weak_password", message, { errors: [error] });
}

/** Hashing runs off the main thread, so it must be bounded: a short queue, then 503. */
export class Hasher {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private dummy: Promise<string> | undefined;

  constructor(
    private readonly most = 2 * availableParallelism(),
    private readonly mostWaiting = 200,
    private readonly cost = present,
  ) {}

  hash(password: string): Promise<string> {
    return this.bounded(() => Bun.password.hash(password.normalize("NFKC"), { algorithm: "argon2id", ...this.cost }));
  }

  /** Whether this hash costs what a new one would. */
  isPresent(stored: string): boolean {
    return stored.startsWith(`$argon2id$v=19$m=${this.cost.memoryCost},t=${this.cost.timeCost},p=1$`);
  }

  /** An unknown account, or one without a password, verifies against a dummy of the same cost, so that both answers take as long. */
  async verify(password: string, stored: string | undefined): Promise<boolean> {
    this.dummy ??= this.hash(crypto.randomUUID());
    const against = stored || (await this.dummy);
    const matches = await this.bounded(() => Bun.password.verify(password.normalize("NFKC"), against));
    return matches && Boolean(stored);
  }

  private async bounded<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.most) {
      if (this.waiting.length >= this.mostWaiting)
        throw new Problem(503, "busy", "Too many logins at once; try again.", { headers: { "retry-after": "2" } });
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else this.running++;
    try {
      return await work();
    } finally {
      // the place passes to the next in line, so `running` changes only when nobody waits
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }
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
