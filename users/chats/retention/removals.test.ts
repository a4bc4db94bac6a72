import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import * as keys from "../../platform/dynamo/keys.ts";
import { MemoryTable } from "../../platform/dynamo/memory.ts";
import type { ScannableTable, Write } from "../../platform/dynamo/table.ts";
import { ulid } from "../../platform/ids.ts";
import { Harness } from "../../testing/harness.ts";
import { type Running, startDynoxide } from "../../testing/servers.ts";
import { tableIn } from "../../testing/tables.ts";
import { chatView } from "../schemas.ts";

setDefaultTimeout(30_000);
let dynoxide: Running;
beforeAll(async () => {
  dynoxide = await startDynoxide();
});
afterAll(() => dynoxide.stop());
const implementations: [string, () => Promise<ScannableTable>][] = [
  ["in memory", async () => new MemoryTable()],
  ["in dynoxide", () => tableIn(dynoxide.port)],
];

test.each(implementations)(
  "a chat whose deletion died half way is deleted by the next who looks, %s",
  async (_name, open) => {
    const table = await open();
    const house = await Harness.ready({}, { table });
    const { token } = await house.person("farmer");
    const body = { retention_days: null };
    const { id } = chatView.parse(await (await house.call("POST", "/api/v1/chats", { token, body })).json());
    for (const content of ["Which ram?", "Which ewe?"]) {
      const message = { id: ulid(house.clock.ms), role: "user", content };
      await house.call("POST", `/api/v1/chats/${id}/messages`, { token, body: message });
      house.clock.pass(1);
    }
    const contents = async () =>
      (await table.scan(1_000)).items.filter(
        ({ pk, sk }) => (pk === keys.chat(id).pk && sk !== "META") || sk.startsWith(keys.searchOf(id)),
      );
    expect((await contents()).length).toBeGreaterThan(2);
    // the store hears of the first transaction only, as if the process had died after it
    const transact = table.transact.bind(table);
    table.transact = (writes: readonly Write[]) =>
      writes.some((write) => "delete" in write) ? Promise.reject(new Error("died")) : transact(writes);
    expect((await house.call("DELETE", `/api/v1/chats/${id}`, { token })).status).toBe(500);
    table.transact = transact;
    expect((await house.call("GET", `/api/v1/chats/${id}`, { token })).status).toBe(404);
    expect((await contents()).length).toBeGreaterThan(2);
    const other = await Harness.ready({}, { table, keysTable: house.composed.platform.keysTable });
    other.composed.retention.kick();
    await other.composed.retention.idle();
    expect(await contents()).toEqual([]);
    expect((await table.query({ pk: keys.chatRemovals, limit: 9 })).items).toEqual([]);
  },
);
