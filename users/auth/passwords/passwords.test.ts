import { expect, test } from "bun:test";
import { Hasher } from "./hasher.ts";
import { weakness } from "./weakness.ts";

test("real argon2id with the parameters of the handbook; an unknown account never matches", async () => {
  const hasher = new Hasher();
  const stored = await hasher.hash("seven grey ewes at dawn");
  expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await hasher.verify("seven grey ewes at dawn", stored)).toBe(true);
  expect(await hasher.verify("seven grey ewes at dusk", stored)).toBe(false);
  expect(await hasher.verify("seven grey ewes at dawn", undefined)).toBe(false);
});

test("hashing is bounded: a full queue answers busy instead of growing", async () => {
  const hasher = new Hasher(1, 2);
  const settled = await Promise.allSettled(Array.from({ length: 6 }, () => hasher.hash("seven grey ewes at dawn")));
  expect(settled.filter(({ status }) => status === "rejected")).toHaveLength(3);
});

test("ordinary passphrases pass, in any script and without composition rules", () => {
  for (const good of [
    "seven grey ewes at dawn",
    "correct mule battery fence",
    "沼地の羊は今日も静かに草を食む",
    `${"x".repeat(4)}qoiwueyrtlk`,
  ])
    expect(weakness(good, ["mary@hillfarm.example", "Mary Hill"])).toBeUndefined();
});

test("the list of common passwords holds far more than 3,000, and two of them joined are common too", async () => {
  const list = await Bun.file(new URL("./common-passwords.txt", import.meta.url)).text();
  expect(list.split("\n").length).toBeGreaterThan(8_000);
  for (const common of ["trustno1starwars", "Baseball2026!!", "1234567890qwerty"])
    expect(weakness(common, [])).toBeDefined();
});
