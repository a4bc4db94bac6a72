import { beforeEach, expect, test } from "bun:test";
import { MemoryTable } from "../dynamo/memory.ts";
import { claim } from "./belonging.ts";

const kek = new Uint8Array(32).fill(3);
const [ours, theirs] = ["01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4d", "01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4e"];
let stores: { table: MemoryTable; keysTable: MemoryTable };
beforeEach(() => {
  stores = { table: new MemoryTable(), keysTable: new MemoryTable() };
});
const refusal = (given = stores, key = kek, id: string = ours) =>
  claim(given, key, id).then(
    () => "",
    (error: Error) => `${error.name}: ${error.message}`,
  );

test("stores are claimed once, and again without a change", async () => {
  expect(await refusal()).toBe("");
  const before = [stores.table.everything(), stores.keysTable.everything()];
  expect(await refusal()).toBe("");
  expect([stores.table.everything(), stores.keysTable.everything()]).toEqual(before);
});

test("what another platform made is refused, whichever part it is", async () => {
  await claim(stores, kek, ours);
  const other = { table: new MemoryTable(), keysTable: new MemoryTable() };
  await claim(other, kek, theirs);
  expect(await refusal(stores, kek, theirs)).toContain(
    `The users' table belongs to the platform ${ours}, this is ${theirs}`,
  );
  expect(await refusal({ ...stores, keysTable: other.keysTable })).toContain(
    "The table of keys belongs to the platform",
  );
  expect(await refusal({ ...stores, table: other.table })).toContain("The users' table belongs to the platform");
  expect(await refusal(stores, new Uint8Array(32).fill(4))).toContain("The key-encryption key is not the one of");
});

test("a store that was made anew beside the other is refused, and nothing is written", async () => {
  await claim(stores, kek, ours);
  const fresh = new MemoryTable();
  expect(await refusal({ ...stores, table: fresh })).toContain("The users' table is new beside a table of keys");
  expect(await refusal({ ...stores, keysTable: fresh })).toContain("The table of keys is new beside a users' table");
  expect(fresh.everything()).toEqual([]);
});

test("a first claim that was broken off anywhere is gone on with", async () => {
  for (const allowed of [0, 1, 2]) {
    stores = { table: new MemoryTable(), keysTable: new MemoryTable() };
    let left = allowed;
    const breaking = (table: MemoryTable) =>
      new Proxy(table, {
        get: (target, name) => {
          const value = Reflect.get(target, name);
          if (name !== "put") return typeof value === "function" ? value.bind(target) : value;
          return (item: never) => {
            if (left-- <= 0) throw new Error("killed");
            return target.put(item);
          };
        },
      });
    const broken = { table: breaking(stores.table), keysTable: breaking(stores.keysTable) };
    expect(await refusal(broken)).toContain("killed");
    expect(await refusal()).toBe("");
  }
});
