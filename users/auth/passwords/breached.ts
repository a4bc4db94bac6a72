import { createHash } from "node:crypto";
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { SettingsError } from "../../platform/settings.ts";

const setting = "BELLWETHER_POLICY_BREACHED_PASSWORDS";
/** A line is at most 40 digits, a colon, a count and its ending. */
const lineBytes = 64;
const prefixDigits = 5;
/** A file up to this size is looked through at start, a longer one in as many places as lines fit in here. */
const wholeBytes = 1 << 20;
const looks = 4_096;

/**
 * The hashes of passwords that were in breaches, as Have I Been Pwned hands them out: one file of `SHA-1:count`, or a
 * folder with a file of `rest:count` for each five first digits. They are 40 GB, so lines are looked for on the disk.
 */
export class BreachedPasswords {
  private readonly isFolder: boolean;

  /** Refuses by name what is not there, not of this form, or not sorted. */
  constructor(private readonly path: string) {
    this.isFolder = isFolder(path);
    if (!this.isFolder) refuseUnsorted(path, 40);
    // a folder that was fetched in part lacks some of these
    else for (const digit of "0123456789ABCDEF") refuseUnsorted(this.rangeOf(digit.repeat(prefixDigits)), 35);
  }

  /** Throws where the file has gone since the start. */
  async has(password: string): Promise<boolean> {
    const wanted = createHash("sha1").update(password.normalize("NFKC")).digest("hex").toUpperCase();
    const [file, text] = this.isFolder
      ? [this.rangeOf(wanted.slice(0, prefixDigits)), wanted.slice(prefixDigits)]
      : [this.path, wanted];
    const handle = await open(file, "r");
    try {
      return await holds(handle, text);
    } finally {
      await handle.close();
    }
  }

  private rangeOf(prefix: string): string {
    return join(this.path, `${prefix}.txt`);
  }
}

/** Bisection over bytes: the answer begins in [low, high), and each step reads the line after the middle. */
async function holds(file: FileHandle, wanted: string): Promise<boolean> {
  let low = 0;
  let high = (await file.stat()).size;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const { start, text, end } = lineAt(await bytesAt(file, middle), middle, low);
    if (start >= high) high = middle;
    else if (hashIn(text) === wanted) return true;
    else if (hashIn(text) < wanted) low = end;
    else high = middle;
  }
  return false;
}

async function bytesAt(file: FileHandle, place: number): Promise<string> {
  const buffer = Buffer.alloc(3 * lineBytes);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, Math.max(0, place - 1));
  return buffer.toString("latin1", 0, bytesRead);
}

/** The first line that begins at `place` or after it; `bytes` begin one before, which tells whether a line begins there. */
function lineAt(bytes: string, place: number, first: number): { start: number; text: string; end: number } {
  const from = Math.max(0, place - 1);
  const skip = place === first ? place - from : bytes.indexOf("\n") + 1;
  if (place !== first && skip === 0) return { start: Number.POSITIVE_INFINITY, text: "", end: place };
  const stop = bytes.indexOf("\n", skip) + 1 || bytes.length;
  return { start: from + skip, text: bytes.slice(skip, stop), end: from + stop };
}

const hashIn = (line: string) => (line.split(":", 1)[0] ?? "").trim().toUpperCase();

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    throw new SettingsError(`${setting}: there is no readable file or folder ${path}`);
  }
}

/** Every line of a short file, and lines all over a long one, are of the form and in order. */
function refuseUnsorted(path: string, digits: number): void {
  const form = new RegExp(`^[0-9A-F]{${digits}}:\\d+$`);
  let before = "";
  for (const line of linesOf(path)) {
    const text = line.toUpperCase();
    if (!form.test(text)) throw new SettingsError(`${setting}: ${path} has a line that is not ${digits} digits:count`);
    if (text <= before) throw new SettingsError(`${setting}: ${path} is not sorted by hash`);
    before = text;
  }
  if (before === "") throw new SettingsError(`${setting}: ${path} is empty`);
}

function* linesOf(path: string): Generator<string> {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    throw new SettingsError(`${setting}: there is no readable file ${path}`);
  }
  try {
    const { size } = statSync(path);
    const isShort = size <= wholeBytes;
    const buffer = Buffer.alloc(isShort ? wholeBytes : 3 * lineBytes);
    for (let look = 0; look < (isShort ? 1 : looks); look++) {
      const place = Math.floor((size * look) / looks);
      const lines = buffer.toString("latin1", 0, readSync(file, buffer, 0, buffer.length, place)).split(/\r?\n/);
      // in the middle of a file the first and the last line are seen in part
      yield* isShort ? lines.filter(Boolean) : lines.slice(look === 0 ? 0 : 1, 2);
    }
  } finally {
    closeSync(file);
  }
}
