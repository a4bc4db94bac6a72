import { afterAll, beforeAll, describe, expect, spyOn, test } from "bun:test";
import { DynamoTable } from "../platform/dynamo/client.ts";
import * as keys from "../platform/dynamo/keys.ts";
import { MemoryTable } from "../platform/dynamo/memory.ts";
import type { ScannableTable } from "../platform/dynamo/table.ts";
import { ensureTable, waitForStore } from "../platform/dynamo/tables/admin.ts";
import { ulid } from "../platform/ids.ts";
import { Harness, type Person } from "../testing/harness.ts";
import { type Running, startDynoxide } from "../testing/servers.ts";
import { chatList, chatView } from "./schemas.ts";

const quotas = { BELLWETHER_QUOTA_CHATS_OF_USER: 3, BELLWETHER_QUOTA_MESSAGES_OF_CHAT: 2 };
const day = 86_400;
let dynoxide: Running;
let made = 0;
beforeAll(async () => {
  dynoxide = await startDynoxide();
});
afterAll(() => dynoxide.stop());

async function inDynoxide(): Promise<ScannableTable> {
  const credentials = async () => ({ accessKeyId: "test", secretAccessKey: "test" });
  const shape = { name: `quotas-${++made}`, index: true, ttl: true, stream: false, recovery: false };
  const url = `http://127.0.0.1:${dynoxide.port}`;
  const table = new DynamoTable({ url, region: "eu-west-1", table: shape.name, credentials });
  await waitForStore(table, 5_000);
  await ensureTable(table, shape);
  return table;
}
const implementations: [string, () => Promise<ScannableTable>][] = [
  ["in memory", async () => new MemoryTable()],
  ["in dynoxide", inDynoxide],
];

describe.each(implementations)("quotas of chats %s", (_name, open) => {
  const begin = async () => {
    const table = await open();
    const house = await Harness.ready(quotas, { table });
    const mary = await house.person("farmer");
    return { table, house, mary };
  };
  const create = (house: Harness, { token }: Person, key?: string, retention_days: number | null = 365) => {
    const headers: Record<string, string> = key === undefined ? {} : { "idempotency-key": key };
    return house.call("POST", "/api/v1/chats", { token, body: { title: "Rams", retention_days }, headers });
  };
  const idOf = async (answer: Response) => chatView.parse(await answer.json()).id;
  const chatsOf = async (house: Harness, { token }: Person) =>
    chatList.parse(await (await house.call("GET", "/api/v1/chats", { token })).json()).items;
  const say = (house: Harness, { token }: Person, chat: string, id = ulid(house.clock.ms), content = "hello") =>
    house.call("POST", `/api/v1/chats/${chat}/messages`, { token, body: { id, role: "user", content } });
  const statuses = async (answers: Promise<Response>[]) =>
    (await Promise.all(answers)).map(({ status }) => status).sort();

  test("hold for requests of the same moment, and a chat that is deleted makes room for one", async () => {
    const { house, mary } = await begin();
    const answers = await statuses(Array.from({ length: 9 }, () => create(house, mary)));
    expect(answers).toEqual([201, 201, 201, 409, 409, 409, 409, 409, 409]);
    const [chat, ...others] = await chatsOf(house, mary);
    expect(others).toHaveLength(2);
    const refused = await create(house, mary);
    expect(await refused.json()).toMatchObject({
      code: "quota_reached",
      detail: "You have 3 chats, which is all that one may have: delete one.",
    });
    const remove = () => house.call("DELETE", `/api/v1/chats/${chat?.id}`, { token: mary.token });
    expect(await statuses([remove(), remove()])).toEqual([204, 404]);
    expect(await statuses([create(house, mary), create(house, mary)])).toEqual([201, 409]);
    expect((await create(house, await house.person("farmer"))).status).toBe(201);
  });

  test("the last chat is made once for a key, and its answer is given to all who send it", async () => {
    const { house, mary } = await begin();
    await create(house, mary);
    await create(house, mary);
    expect(await statuses(Array.from({ length: 6 }, () => create(house, mary, "one")))).toEqual(Array(6).fill(201));
    expect((await create(house, mary, "one")).status).toBe(201);
    expect((await create(house, mary, "two")).status).toBe(409);
    expect(await chatsOf(house, mary)).toHaveLength(3);
  });

  test("a chat whose days are over makes room, and counts once when it is deleted late", async () => {
    const { house, mary } = await begin();
    const old = await idOf(await create(house, mary, undefined, 1));
    await create(house, mary);
    await create(house, mary);
    house.clock.pass(day + 1);
    const fresh = await house.login(mary.email);
    expect((await create(house, fresh)).status).toBe(201);
    expect((await house.call("DELETE", `/api/v1/chats/${old}`, { token: fresh.token })).status).toBe(404);
    expect((await create(house, fresh)).status).toBe(409);
    expect(await chatsOf(house, fresh)).toHaveLength(3);
  });

  test("of those who ask at once at the quota one counts anew", async () => {
    const { table, house, mary } = await begin();
    for (let n = 0; n < 3; n++) await create(house, mary);
    house.clock.pass(61);
    const query = spyOn(table, "query");
    expect(await statuses(Array.from({ length: 12 }, () => create(house, mary)))).toEqual(Array(12).fill(409));
    // two pages: that of the three, and the end
    expect(query.mock.calls.filter(([{ pk }]) => pk === keys.chatIndex(mary.uid))).toHaveLength(2);
    query.mockRestore();
  });

  test("chats that are older than the counting are counted", async () => {
    const { table, house, mary } = await begin();
    for (let n = 0; n < 3; n++) await create(house, mary);
    await table.delete(keys.chatCount(mary.uid));
    expect((await create(house, mary)).status).toBe(409);
    await table.delete(keys.chatCount(mary.uid));
    const [chat] = await chatsOf(house, mary);
    await house.call("DELETE", `/api/v1/chats/${chat?.id}`, { token: mary.token });
    expect(await statuses([create(house, mary), create(house, mary)])).toEqual([201, 409]);
  });

  test("messages of a chat: no more at the same moment, and one that is there is sent again in vain", async () => {
    const { house, mary } = await begin();
    const chat = await idOf(await create(house, mary));
    const ids = Array.from({ length: 6 }, () => ulid(house.clock.ms));
    const answers = await Promise.all(ids.map((id) => say(house, mary, chat, id)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409, 409, 409]);
    const kept = ids.filter((_, n) => answers[n]?.status === 201);
    expect((await say(house, mary, chat, kept[0])).status).toBe(200);
    expect((await say(house, mary, chat, kept[0], "something else")).status).toBe(422);
    expect(await (await say(house, mary, chat)).json()).toMatchObject({
      code: "quota_reached",
      detail: "This chat has had 2 messages, which is all that one may have: start another.",
    });
    await house.call("DELETE", `/api/v1/chats/${chat}`, { token: mary.token });
    expect((await say(house, mary, chat)).status).toBe(404);
  });
});
