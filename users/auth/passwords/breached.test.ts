import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { codeOf, Harness, password } from "../../testing/harness.ts";
import { Mailbox } from "../../testing/mailbox.ts";
import { BreachedPasswords } from "./breached.ts";

const folder = mkdtempSync(join(tmpdir(), "bellwether-breached-"));
afterAll(() => rmSync(folder, { recursive: true }));

const sha1 = (text: string) => new Bun.CryptoHasher("sha1").update(text).digest("hex").toUpperCase();
const known = "seventy brown rams at dusk";
const sorted = (texts: readonly string[]) => texts.map((text) => `${sha1(text)}:3`).sort();
function written(name: string, lines: readonly string[], ending = "\n"): string {
  const path = join(folder, name);
  writeFileSync(path, lines.join(ending));
  return path;
}
/** As the ranges are downloaded: a file for each five first digits; these are those that a start looks at, and one more. */
function ranges(name: string, breached: string, without = ""): string {
  const at = join(folder, name);
  mkdirSync(at);
  const digits = sha1(breached);
  const prefixes = [..."0123456789ABCDEF"].map((digit) => digit.repeat(5)).filter((prefix) => prefix !== without);
  for (const prefix of new Set([...prefixes, digits.slice(0, 5)])) {
    const rests = [`${"0".repeat(35)}:1`, `${digits.slice(5)}:7`, `${"F".repeat(35)}:2`];
    writeFileSync(join(at, `${prefix}.txt`), rests.join("\r\n"));
  }
  return at;
}

describe("the list of breached passwords", () => {
  test("each line of a file is found, and nothing between them, whatever the length and the line endings", async () => {
    for (const [length, ending] of [
      [1, "\n"],
      [2, "\r\n"],
      [301, "\n"],
      [300, "\r\n"],
    ] as const) {
      const texts = Array.from({ length }, (_, n) => `password ${n}`);
      const list = new BreachedPasswords(written(`of-${length}.txt`, sorted(texts), ending));
      for (const text of texts) {
        expect(await list.has(text)).toBe(true);
        expect(await list.has(`${text}?`)).toBe(false);
      }
    }
  });

  test("a file of megabytes is looked at in many places at start, and read by bisection", async () => {
    const texts = Array.from({ length: 40_000 }, (_, n) => `password ${n}`);
    const lines = sorted(texts);
    const list = new BreachedPasswords(written("long.txt", lines));
    for (const text of texts.slice(0, 200)) expect(await list.has(text)).toBe(true);
    expect(await list.has("password 40000")).toBe(false);
    const turned = written("turned.txt", [...lines.slice(20_000), ...lines.slice(0, 20_000)]);
    expect(() => new BreachedPasswords(turned)).toThrow("is not sorted by hash");
  });

  test("a folder of ranges is asked by the five first digits; one that was fetched in part is refused", async () => {
    const list = new BreachedPasswords(ranges("ranges", known));
    expect(await list.has(known)).toBe(true);
    expect(() => new BreachedPasswords(ranges("part", known, "77777"))).toThrow("77777.txt");
  });

  test("what is not there, of another form or not in order is refused by name", () => {
    const setting = "BELLWETHER_POLICY_BREACHED_PASSWORDS";
    expect(() => new BreachedPasswords(join(folder, "none.txt"))).toThrow(setting);
    for (const [name, lines] of [
      ["empty", []],
      ["plain", ["password", "letmein"]],
      ["ntlm", [`${"A".repeat(32)}:1`]],
      ["unsorted", sorted(["a", "b", "c"]).reverse()],
    ] as const) {
      const path = written(`${name}.txt`, lines);
      expect(() => new BreachedPasswords(path)).toThrow(`${setting}: ${path}`);
    }
  });
});

test("a breached password is refused at registration, change and reset, and by nobody's own list elsewhere", async () => {
  const list = written("used.txt", sorted([known]));
  const house = await Harness.ready({ BELLWETHER_POLICY_BREACHED_PASSWORDS: list });
  const post = (path: string, body: object) => house.call("POST", `/api/v1/auth/${path}`, { body });
  const mary = await house.person();
  const registration = { email: "tom@hillfarm.example", name: "Tom", password: known };
  expect(await codeOf(await post("register", registration))).toBe("breached_password");
  const change = { token: mary.token, body: { current: password, new: known } };
  const changed = await house.call("PUT", "/api/v1/auth/password", change);
  expect(await changed.json()).toMatchObject({ code: "breached_password", errors: [{ field: "new" }] });
  await post("password/forgot", { email: mary.email });
  const token = await new Mailbox(house).secret(mary.email, "password-reset");
  expect(await codeOf(await post("password/reset", { token, password: known }))).toBe("breached_password");
  rmSync(list);
  expect((await post("register", { ...registration, password })).status).toBe(503);
});
