import { expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { sameSecret } from "../hashes.ts";
import { Cursors } from "../http/paging.ts";
import { SealBroken, seal, sealText, unseal, unsealText } from "./sealing.ts";

const key = new Uint8Array(randomBytes(32));

test("whatever is sealed comes back, and only with its key and at its place", () => {
  for (let n = 0; n < 200; n++) {
    const text = new Uint8Array(randomBytes(Math.floor(Math.random() * 2_000)));
    const sealed = seal(key, text, `place${n}`);
    expect(unseal(key, sealed, `place${n}`)).toEqual(text);
    expect(() => unseal(key, sealed, `place${n + 1}`)).toThrow(SealBroken);
    expect(() => unseal(new Uint8Array(randomBytes(32)), sealed, `place${n}`)).toThrow(SealBroken);
  }
});

test("no altered byte and no shortened value opens", () => {
  const sealed = sealText(key, "seven grey ewes", "p");
  for (let at = 0; at < sealed.length; at++) {
    const altered = sealed.slice();
    altered[at] = (altered[at] ?? 0) ^ 1;
    expect(() => unsealText(key, altered, "p")).toThrow(SealBroken);
    expect(() => unsealText(key, sealed.slice(0, at), "p")).toThrow(SealBroken);
  }
});

test("the same text is never sealed alike", () => {
  const seen = new Set(Array.from({ length: 100 }, () => Buffer.from(sealText(key, "x", "p")).toString("hex")));
  expect(seen.size).toBe(100);
});

test("secrets compare whatever their length", () => {
  expect(sameSecret("abc", "abc")).toBe(true);
  expect(sameSecret("abc", "abcd")).toBe(false);
  expect(sameSecret("", "abc")).toBe(false);
});

test("a cursor opens only for its list, and shows no key", () => {
  const cursors = new Cursors(key);
  for (let n = 0; n < 100; n++) {
    const next = { pk: `CONV#${n}`, sk: `M#${crypto.randomUUID()}` };
    const cursor = cursors.seal(next, "chats|mary") ?? "";
    expect(Buffer.from(cursor, "base64url").toString("latin1")).not.toContain("CONV");
    expect(cursors.open(cursor, "chats|mary")).toEqual(next);
    expect(() => cursors.open(cursor, "chats|john")).toThrow("cursor");
    expect(() => cursors.open(`${cursor.slice(0, n % cursor.length)}A`, "chats|mary")).toThrow("cursor");
  }
  expect(cursors.open(undefined, "x")).toBeUndefined();
  expect(cursors.seal(undefined, "x")).toBeNull();
});
