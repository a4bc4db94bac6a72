import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const page = readFileSync(join(import.meta.dir, "../docs/reference/security-checklist.md"), "utf8");
const lines = [...page.matchAll(/^\| ([\d., -]+) \| .+ \| `(\S+)` \| (.+) \|$/gm)];

test("each test that the security checklist names is there", () => {
  expect(lines.length).toBe(page.split("\n").filter((line) => /^\| \d/.test(line)).length);
  expect(lines.length).toBeGreaterThan(40);
  const isThere = (file: string, name: string) =>
    readFileSync(join(import.meta.dir, file), "utf8").includes(file.endsWith(".py") ? `def ${name}(` : `"${name}"`);
  const gone = lines.filter(([, , file = "", name = ""]) => !isThere(file, name));
  expect(gone.map(([, , file, name]) => `${file}: ${name}`)).toEqual([]);
});
