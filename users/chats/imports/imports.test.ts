import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { MemoryTable } from "../../platform/dynamo/memory.ts";
import type { ScannableTable, Write } from "../../platform/dynamo/table.ts";
import { ulid } from "../../platform/ids.ts";
import { codeOf, Harness, type Person } from "../../testing/harness.ts";
import { type Running, startDynoxide } from "../../testing/servers.ts";
import { tableIn } from "../../testing/tables.ts";
import { folderView } from "../folders/schemas.ts";
import { branchList } from "../messages/schemas.ts";
import { chatList, chatView } from "../schemas.ts";
import { searchResult } from "../search/schemas.ts";
import { type ChatFile, chatFile } from "./schemas.ts";

setDefaultTimeout(60_000);
let dynoxide: Running;
beforeAll(async () => {
  dynoxide = await startDynoxide();
});
afterAll(() => dynoxide.stop());
const implementations: [string, () => Promise<ScannableTable>][] = [
  ["in memory", async () => new MemoryTable()],
  ["in dynoxide", () => tableIn(dynoxide.port)],
];
const citation = {
  type: "citation" as const,
  kind: "animal",
  id: "a1",
  label: "UK 7",
  href: "/api/v1/farm/animals/a1",
};

describe.each(implementations)("imports of chats %s", (_name, open) => {
  async function begin(change: object = {}) {
    const table = await open();
    const house = await Harness.ready({ CHATS_EXPORTS_LIMIT_USER: 500, ...change }, { table });
    const mary = await house.person("farmer");
    const call = (method: string, path: string, body?: unknown, { token }: Person = mary, headers = {}) =>
      house.call(method, `/api/v1/chats${path}`, { token, body, headers });
    const take = async (id: string) => chatFile.parse(await (await call("GET", `/${id}/export`)).json());
    const bring = (file: unknown, who = mary) => call("POST", "/import", file, who);
    const list = async () => chatList.parse(await (await call("GET", "")).json()).items;
    return { table, house, mary, call, take, bring, list };
  }
  type Ground = Awaited<ReturnType<typeof begin>>;

  /** A chat with branches, answers, feedback, a folder and a pin. */
  async function full({ house, call }: Ground): Promise<string> {
    const { id } = chatView.parse(
      await (await call("POST", "", { title: "Rams", facts: ["We lamb in April."], farm_id: "f1" })).json(),
    );
    const folder = folderView.parse(await (await call("POST", "/folders", { name: "Breeding" })).json());
    let at = house.clock.ms;
    const say = async (role: string, content: string, parent?: string) => {
      const message = { id: ulid(++at), role, content, parent };
      await call("POST", `/${id}/messages`, message);
      return message.id;
    };
    const root = await say("user", "Which ram has scrapie resistance?");
    const answer = await say("assistant", "UK 7 has.");
    await say("user", "And which ewe?");
    await say("user", "Another branch about żółw, 山羊", root);
    await call("PUT", `/${id}/messages/${answer}/feedback`, { feedback: "down", note: "It is UK 8." });
    const change = { folder_id: folder.id, is_pinned: true, is_archived: true };
    await call("PATCH", `/${id}`, change, undefined, { "if-match": "*" });
    return id;
  }
  const rename = (file: ChatFile) => ({ ...file, chat: { ...file.chat, id: "" } });

  test("what was exported comes back as it was, also into its folder when that is gone; the same file twice makes nothing twice", async () => {
    const ground = await begin();
    const { call, take, bring, list } = ground;
    const file = await take(await full(ground));
    file.messages[1]?.parts.push(citation);
    expect((await bring(file)).status).toBe(200);
    expect(await list()).toHaveLength(1);
    expect((await call("DELETE", `/${file.chat.id}`)).status).toBe(204);
    expect((await call("DELETE", `/folders/${file.folder?.id}`)).status).toBe(204);
    const answer = await bring(file);
    expect(answer.status).toBe(201);
    const { id } = chatView.parse(await answer.json());
    expect(answer.headers.get("location")).toBe(`/api/v1/chats/${id}`);
    const again = await take(id);
    expect(again.folder?.name).toBe("Breeding");
    const ofNow = { folder_id: again.chat.folder_id };
    expect(rename({ ...again, folder: null })).toEqual(
      rename({ ...file, folder: null, chat: { ...file.chat, ...ofNow } }),
    );
    for (const same of [file, again]) {
      const second = await bring(same);
      expect([second.status, chatView.parse(await second.json()).id]).toEqual([200, id]);
    }
    expect(await list()).toHaveLength(1);
    const branches = branchList.parse(await (await call("GET", `/${id}/branches`)).json());
    expect(branches.items.map(({ n_messages }) => n_messages)).toEqual([2, 3]);
    for (const words of ["scrapie", "zolw", "rams", "羊"]) {
      const { items } = searchResult.parse(await (await call("GET", `/search?q=${words}`)).json());
      expect(items.map(({ chat }) => chat.id)).toEqual([id]);
    }
    // deleted, and brought in once more
    expect((await call("DELETE", `/${id}`)).status).toBe(204);
    expect((await bring(file)).status).toBe(201);
    expect(await list()).toHaveLength(1);
  });

  test("of twenty who bring the same file at once one makes the chat, and all are told of it", async () => {
    const ground = await begin();
    const { table, call, take, bring, list } = ground;
    const file = await take(await full(ground));
    await call("DELETE", `/${file.chat.id}`);
    const answers = await Promise.all(Array.from({ length: 20 }, () => bring(file)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(19).fill(200), 201]);
    const ids = await Promise.all(answers.map(async (answer) => chatView.parse(await answer.json()).id));
    expect(new Set(ids).size).toBe(1);
    expect(await list()).toMatchObject([{ id: ids[0], n_messages: 4 }]);
    const stored = (await table.scan(1_000)).items;
    expect(stored.find(({ sk }) => sk === "CHATS")).toMatchObject({ n: 1 });
    expect(JSON.stringify(stored)).not.toMatch(/scrapie|Breeding/);
  });

  test("a file of somebody else is a chat of one's own; nothing of theirs is touched or told", async () => {
    const ground = await begin();
    const { house, call, take, bring, list } = ground;
    const file = await take(await full(ground));
    const john = await house.person("farmer");
    const answer = await bring(file, john);
    const his = chatView.parse(await answer.json());
    expect(answer.status).toBe(201);
    expect(his.id).not.toBe(file.chat.id);
    expect(await list()).toMatchObject([{ id: file.chat.id, folder_id: file.folder?.id }]);
    expect((await call("GET", `/${his.id}`)).status).toBe(404);
  });

  test("limits hold: chats, messages of a chat, folders and retention; nothing is left of what was refused", async () => {
    const ground = await begin({ BELLWETHER_QUOTA_CHATS_OF_USER: 1, BELLWETHER_QUOTA_FOLDERS_OF_USER: 1 });
    const { table, house, call, take, bring } = ground;
    const file = await take(await full(ground));
    const other = { ...file, chat: { ...file.chat, id: crypto.randomUUID() } };
    const contents = async () => (await table.scan(1_000)).items.filter(({ pk }) => !pk.startsWith("RL#")).length;
    const before = await contents();
    const refused = await bring(other);
    expect([refused.status, await codeOf(refused)]).toEqual([409, "quota_reached"]);
    expect(await contents()).toBe(before);
    await call("DELETE", `/${file.chat.id}`);
    const elsewhere = { ...other, folder: { id: crypto.randomUUID(), name: "Another" } };
    expect(await codeOf(await bring(elsewhere))).toBe("quota_reached");
    expect((await bring(other)).status).toBe(201);
    const small = await Harness.ready({ BELLWETHER_QUOTA_MESSAGES_OF_CHAT: 3 }, { table: new MemoryTable() });
    const { token } = await small.person("farmer");
    const tooMany = await small.call("POST", "/api/v1/chats/import", { token, body: other });
    expect(await codeOf(tooMany)).toBe("quota_reached");
    expect((await house.call("POST", "/api/v1/chats/import", { token: "", body: other })).status).toBe(401);
  });

  test("an import that died in the middle is seen by nobody, is removed, and can be done again", async () => {
    const ground = await begin();
    const { table, house, take, call, bring, list } = ground;
    const file = await take(await full(ground));
    await call("DELETE", `/${file.chat.id}`);
    const transact = table.transact.bind(table);
    const dying = () => {
      table.transact = (writes: readonly Write[]) =>
        writes.some((write) => "delete" in write) ? Promise.reject(new Error("died")) : transact(writes);
    };
    dying();
    expect((await bring(file)).status).toBe(500);
    table.transact = transact;
    const left = async () => (await table.scan(1_000)).items.filter(({ sk }) => sk.startsWith("M#")).length;
    expect([await left(), await list()]).toEqual([4, []]);
    house.composed.retention.kick();
    await house.composed.retention.idle();
    expect(await left()).toBe(4);
    house.clock.pass(61);
    house.composed.retention.kick();
    await house.composed.retention.idle();
    expect(await left()).toBe(0);
    const { token } = await house.login("person1@hillfarm.example");
    const again = await house.call("POST", "/api/v1/chats/import", { token, body: file });
    expect([again.status, await left()]).toEqual([201, 4]);
  });
});

type Change = (file: ChatFile) => void;
const bad: [string, Change, { row: number | null; field: string; code: string }][] = [
  [
    "another schema",
    (file) => Object.assign(file, { schema: "x" }),
    { row: null, field: "schema", code: "not_one_of" },
  ],
  [
    "a field nobody knows",
    (file) => Object.assign(file.chat, { owner: "x" }),
    { row: null, field: "chat.owner", code: "unknown_field" },
  ],
  [
    "no title",
    (file) => Object.assign(file.chat, { title: " " }),
    { row: null, field: "chat.title", code: "too_short" },
  ],
  [
    "a message without text",
    (file) => Object.assign(file.messages[0] ?? {}, { content: "" }),
    { row: 0, field: "messages.0.content", code: "too_short" },
  ],
  [
    "a message that is too long",
    (file) => Object.assign(file.messages[1] ?? {}, { content: "é".repeat(40_000) }),
    { row: 1, field: "messages.1.content", code: "invalid_value" },
  ],
  [
    "a parent that is not there",
    (file) => Object.assign(file.messages[1] ?? {}, { parent: ulid(1) }),
    { row: 1, field: "messages.1.parent", code: "unknown_message" },
  ],
  [
    "a circle",
    (file) => Object.assign(file.messages[0] ?? {}, { parent: file.messages[1]?.id }),
    { row: 0, field: "messages.0.parent", code: "unknown_message" },
  ],
  [
    "an id twice",
    (file) => Object.assign(file.messages[1] ?? {}, { id: file.messages[0]?.id, parent: null }),
    { row: 0, field: "messages.0.id", code: "repeated" },
  ],
  [
    "a head that is not there",
    (file) => Object.assign(file.chat, { head_id: ulid(1) }),
    { row: null, field: "chat.head_id", code: "unknown_message" },
  ],
  [
    "feedback on a question",
    (file) => Object.assign(file.messages[0] ?? {}, { feedback: "up" }),
    { row: 0, field: "messages.0.feedback", code: "not_an_answer" },
  ],
  [
    "a note without feedback",
    (file) => Object.assign(file.messages[1] ?? {}, { note: "x" }),
    { row: 1, field: "messages.1.note", code: "without_feedback" },
  ],
  [
    "a moment to come",
    (file) => Object.assign(file.messages[1] ?? {}, { created_at: "2099-01-01T00:00:00.000Z" }),
    { row: 1, field: "messages.1.created_at", code: "in_the_future" },
  ],
  [
    "a citation elsewhere",
    (file) => file.messages[1]?.parts.push({ ...citation, href: "javascript:alert(1)" }),
    { row: 1, field: "messages.1.parts", code: "foreign_address" },
  ],
  [
    "an answer under way",
    (file) => Object.assign(file.chat, { active_run: ulid(1) }),
    { row: null, field: "chat.active_run", code: "unfinished" },
  ],
];

test.each(bad)("a file with %s is refused with row, field, rule and remedy", async (_what, change, fault) => {
  const house = await Harness.ready();
  const { token } = await house.person("farmer");
  const call = (method: string, path: string, body?: unknown) =>
    house.call(method, `/api/v1/chats${path}`, { token, body });
  const { id } = chatView.parse(await (await call("POST", "", {})).json());
  for (const [n, role] of ["user", "assistant"].entries())
    await call("POST", `/${id}/messages`, { id: ulid(house.clock.ms + n), role, content: "Which ram?" });
  const file = chatFile.parse(await (await call("GET", `/${id}/export`)).json());
  await call("DELETE", `/${id}`);
  change(file);
  const written = () => house.table.everything().filter(({ pk }) => !pk.startsWith("RL#"));
  const before = written();
  const answer = await call("POST", "/import", file);
  expect(answer.status).toBe(422);
  const { errors } = (await answer.json()) as { errors: object[] };
  expect(errors).toContainEqual({ ...fault, message: expect.any(String), fix: expect.stringMatching(/\w/) });
  expect(written()).toEqual(before);
});

test("a chat of three megabytes comes back, one message after the other", async () => {
  const house = await Harness.ready();
  const { token } = await house.person("farmer");
  const call = (method: string, path: string, body?: unknown) =>
    house.call(method, `/api/v1/chats${path}`, { token, body });
  const { id } = chatView.parse(await (await call("POST", "", {})).json());
  for (let n = 0; n < 50; n++) {
    const said = { id: ulid(house.clock.ms + n), role: "user", content: `${n} ${"Which ram? ".repeat(5_500)}` };
    expect((await call("POST", `/${id}/messages`, said)).status).toBe(201);
  }
  const raw = await (await call("GET", `/${id}/export`)).text();
  expect(raw.length).toBeGreaterThan(3_000_000);
  await call("DELETE", `/${id}`);
  const answer = await house.call("POST", "/api/v1/chats/import", { token, raw });
  expect(answer.status).toBe(201);
  const brought = chatView.parse(await answer.json());
  expect(brought.n_messages).toBe(50);
});

test("a file of more than four megabytes is refused before it is read", async () => {
  const house = await Harness.ready();
  const { token } = await house.person("farmer");
  const raw = JSON.stringify({ text: "x".repeat(4_000_000) });
  const answer = await house.call("POST", "/api/v1/chats/import", { token, raw });
  expect([answer.status, await codeOf(answer)]).toEqual([413, "body_too_large"]);
});
