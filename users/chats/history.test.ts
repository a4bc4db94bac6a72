import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { MemoryTable } from "../platform/dynamo/memory.ts";
import type { ScannableTable } from "../platform/dynamo/table.ts";
import { ulid } from "../platform/ids.ts";
import { codeOf, Harness, type Person } from "../testing/harness.ts";
import { type Running, startDynoxide } from "../testing/servers.ts";
import { tableIn } from "../testing/tables.ts";
import { branchList, messageList, messageView } from "./messages/schemas.ts";
import { retentionView } from "./retention/schemas.ts";
import { chatView } from "./schemas.ts";
import { madeShare, sharedChat, shareList } from "./shares/schemas.ts";

// a loaded machine needs longer than the usual five seconds for the races
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
const day = 86_400;
const many = 20;

describe.each(implementations)("chats %s", (_name, open) => {
  const begin = async () => {
    const table = await open();
    const house = await Harness.ready({ CHATS_OPEN_LIMIT_ADDRESS: 200 }, { table });
    const mary = await house.person("farmer");
    const call = (method: string, path: string, body?: unknown, who: Person = mary) =>
      house.call(method, `/api/v1/chats${path}`, { token: who.token, body });
    const chat = async (body: object = {}) => chatView.parse(await (await call("POST", "", body)).json()).id;
    let at = house.clock.ms;
    const say = async (id: string, content: string, parent?: string | null, role = "user") => {
      const message = { id: ulid(++at), role, content, parent };
      const answer = await call("POST", `/${id}/messages`, message);
      return { status: answer.status, id: message.id };
    };
    const all = async (id: string, query = "") =>
      messageList
        .parse(await (await call("GET", `/${id}/messages${query}`)).json())
        .items.map(({ content }) => content);
    return { table, house, mary, call, chat, say, all };
  };

  test("branches: each is read and paged by its end, and deleting one hides no other", async () => {
    const { call, chat, say, all } = await begin();
    const id = await chat();
    const root = await say(id, "root", null);
    const left = await say(id, "left", root.id);
    const leftEnd = await say(id, "left end", left.id);
    const right = await say(id, "right", root.id);
    const rightEnd = await say(id, "right end");
    expect(await all(id, `?branch=${leftEnd.id}`)).toEqual(["left end", "left", "root"]);
    expect(await all(id, `?branch=${rightEnd.id}`)).toEqual(["right end", "right", "root"]);
    const page = async (cursor?: string | null) =>
      branchList.parse(await (await call("GET", `/${id}/branches?limit=1${cursor ? `&cursor=${cursor}` : ""}`)).json());
    const first = await page();
    expect(first.items).toMatchObject([{ id: rightEnd.id, forked_from: root.id, n_messages: 3, is_current: true }]);
    const second = await page(first.next);
    expect([second.items[0]?.id, second.next]).toEqual([leftEnd.id, null]);
    expect((await call("DELETE", `/${id}/messages/${right.id}`)).status).toBe(204);
    expect(await all(id)).toEqual(["left end", "left", "root"]);
    expect(chatView.parse(await (await call("GET", `/${id}`)).json())).toMatchObject({
      n_messages: 3,
      head_id: leftEnd.id,
    });
    expect((await say(id, "late", rightEnd.id)).status).toBe(404);
    expect((await call("DELETE", `/${id}/messages/${right.id}`)).status).toBe(404);
  });

  test("a branch is deleted while it grows: no message stays under one that is gone", async () => {
    const { call, chat, say, all } = await begin();
    const id = await chat();
    const root = await say(id, "root", null);
    const stem = await say(id, "stem", root.id);
    const [removed, ...said] = await Promise.all([
      call("DELETE", `/${id}/messages/${stem.id}`).then(({ status }) => ({ status })),
      ...Array.from({ length: many }, (_, n) => say(id, `leaf ${n}`, stem.id)),
      ...Array.from({ length: 3 }, (_, n) => say(id, `other ${n}`, root.id)),
    ]);
    expect(removed?.status).toBe(204);
    for (const { status } of said) expect([201, 404]).toContain(status);
    expect((await all(id)).sort()).toEqual(["other 0", "other 1", "other 2", "root"]);
    expect(chatView.parse(await (await call("GET", `/${id}`)).json()).n_messages).toBe(4);
  });

  test("twenty messages of the same moment are all there, counted once each", async () => {
    const { call, chat, say, all } = await begin();
    const id = await chat();
    const root = await say(id, "root", null);
    const said = await Promise.all(Array.from({ length: many }, (_, n) => say(id, `m${n}`, root.id)));
    expect(new Set(said.map(({ status }) => status))).toEqual(new Set([201]));
    expect(await all(id)).toHaveLength(many + 1);
    expect(chatView.parse(await (await call("GET", `/${id}`)).json()).n_messages).toBe(many + 1);
  });

  test("attachments by reference, feedback on answers only, pins, facts and filters", async () => {
    const { house, call, chat } = await begin();
    const id = await chat({ farm_id: "f1" });
    const attachment = {
      sha256: "a".repeat(64),
      name: "ewe.jpg",
      media_type: "image/jpeg",
      bytes: 5,
      attachment_id: "x",
    };
    const question = { id: ulid(house.clock.ms), role: "user", content: "Who is this?", attachments: [attachment] };
    const stored = messageView.parse(await (await call("POST", `/${id}/messages`, question)).json());
    expect(stored.attachments).toEqual([attachment]);
    const answer = { id: ulid(house.clock.ms + 1), role: "assistant", content: "UK 7" };
    await call("POST", `/${id}/messages`, answer);
    const judged = await call("PUT", `/${id}/messages/${answer.id}/feedback`, { feedback: "down", note: "It is UK 8" });
    expect(await judged.json()).toMatchObject({ feedback: "down", note: "It is UK 8" });
    expect((await call("PUT", `/${id}/messages/${question.id}/feedback`, { feedback: "up" })).status).toBe(404);
    const change = { is_pinned: true, facts: ["We lamb in April."] };
    const token = (await house.login("person1@hillfarm.example")).token;
    const patch = { token, body: change, headers: { "if-match": '"1"' } };
    expect((await house.call("PATCH", `/api/v1/chats/${id}`, patch)).status).toBe(200);
    const other = await chat();
    const ids = async (query: string) =>
      ((await (await call("GET", query)).json()) as { items: { id: string }[] }).items.map((one) => one.id);
    expect([await ids("?pinned=true"), await ids("?pinned=false")]).toEqual([[id], [other]]);
    expect(await (await call("GET", `/${id}`)).json()).toMatchObject({
      ...change,
      farm_id: "f1",
      title: "Who is this?",
    });
  });

  test("a link shows the chat as it was, to its audience, until it is revoked, over, or its message is gone", async () => {
    const { house, mary, call, chat, say, table } = await begin();
    const id = await chat({ title: "Rams" });
    const first = await say(id, "Which ram?", null);
    const make = async (body: object = {}) => {
      const answer = await call("POST", `/${id}/shares`, body);
      expect(answer.status).toBe(201);
      const made = madeShare.parse(await answer.json());
      return { ...made, token: new URL(made.url).hash.slice(1) };
    };
    const read = (token: string, who?: Person) =>
      house.call("POST", "/api/v1/chats/shared/open", { body: { token }, ...(who && { token: who.token }) });
    const john = await house.person("farmer");
    const [any, login, users] = [
      await make({ audience: "any" }),
      await make(),
      await make({ audience: "users", user_ids: [john.uid] }),
    ];
    await say(id, "A secret afterthought");
    const text = await (await read(any.token)).text();
    expect(sharedChat.parse(JSON.parse(text)).messages).toEqual([{ role: "user", content: "Which ram?" }]);
    for (const secret of [mary.uid, id, first.id, mary.email]) expect(text).not.toContain(secret);
    expect(JSON.stringify((await table.scan(1_000)).items)).not.toContain(any.token);
    const jane = await house.person("farmer");
    const statuses = await Promise.all([
      read(login.token),
      read(login.token, jane),
      read(users.token),
      read(users.token, jane),
      read(users.token, john),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([401, 200, 401, 404, 200]);
    expect(shareList.parse(await (await call("GET", "/shares")).json()).items).toHaveLength(3);
    expect((await call("DELETE", `/shares/${login.id}`, undefined, jane)).status).toBe(404);
    // open against revoke: none opens once the answer of the revoke is there
    const [revoked, ...opened] = await Promise.all([
      call("DELETE", `/shares/${any.id}`),
      ...Array.from({ length: many }, () => read(any.token)),
    ]);
    expect(revoked?.status).toBe(204);
    for (const { status } of opened) expect([200, 404]).toContain(status);
    expect((await read(any.token)).status).toBe(404);
    expect((await call("DELETE", `/${id}/messages/${first.id}`)).status).toBe(204);
    expect((await read(login.token, jane)).status).toBe(404);
  });

  test("a chat has no more links than it may, in any race; those that ended make room", async () => {
    const { house, mary, call, chat, say } = await begin();
    const id = await chat();
    await say(id, "?", null);
    const make = async (who = mary) => (await call("POST", `/${id}/shares`, { days: 1 }, who)).status;
    const made = await Promise.all(Array.from({ length: many + 4 }, () => make()));
    expect(made.sort()).toEqual([...Array(many).fill(201), ...Array(4).fill(409)]);
    house.clock.pass(day + 1);
    expect(await make(await house.login(mary.email))).toBe(201);
  });

  test("retention: what its owner chooses holds for what is there and what comes at the same moment", async () => {
    const { house, mary, call, chat, say, table } = await begin();
    const ids = await Promise.all(Array.from({ length: 30 }, () => chat({ retention_days: 365 })));
    const [first = ""] = ids;
    await say(first, "before", null);
    const [changed] = await Promise.all([
      call("PUT", "/retention", { retention_days: 7, apply_to_existing: true }),
      ...Array.from({ length: many }, (_, n) => say(ids[n] ?? "", `at once ${n}`)),
    ]);
    expect(retentionView.parse(await changed?.json())).toMatchObject({ retention_days: 7 });
    await house.composed.retention.idle();
    const end = Math.floor(house.clock.ms / 1000) + 7 * day;
    const items = (await table.scan(1_000)).items.filter(({ pk }) => pk.startsWith("CONV#"));
    expect(items).toHaveLength(30 + 1 + many);
    for (const item of items) expect([item.sk.slice(0, 2), item.ttl]).toEqual([item.sk.slice(0, 2), end]);
    expect(await (await call("GET", "/retention")).json()).toMatchObject({ change: { state: "none" } });
    expect(await (await call("GET", `/${await chat()}`)).json()).toMatchObject({ retention_days: 7 });
    house.clock.pass(7 * day + 1);
    const later = await house.login(mary.email);
    expect((await call("GET", `/${first}`, undefined, later)).status).toBe(404);
  });

  test("an institution sets the most; a legal hold blocks every end, is audited, and is lifted", async () => {
    const { house, mary, call, chat, say, table } = await begin();
    const administrator = async () => {
      const who = await house.person("administrator");
      return { ...who, token: await house.tokenOf(who, { acr: "aal2" }) };
    };
    const boss = await administrator();
    expect((await call("PUT", "/admin/retention/everyone", { most_days: 90 })).status).toBe(403);
    expect((await call("PUT", "/admin/retention/everyone", { most_days: 30 }, boss)).status).toBe(200);
    expect(await codeOf(await call("PUT", "/retention", { retention_days: 365 }))).toBe("retention_too_long");
    const id = await chat({ retention_days: null });
    expect(await (await call("GET", `/${id}`)).json()).toMatchObject({ retention_days: 30 });
    const { id: message } = await say(id, "evidence", null);
    const [held, ...others] = await Promise.all([
      call("PUT", `/admin/holds/${mary.uid}`, { reason: "Case 17" }, boss),
      ...Array.from({ length: many }, (_, n) => say(id, `at once ${n}`)),
    ]);
    expect(held?.status).toBe(204);
    expect(new Set(others.map(({ status }) => status))).toEqual(new Set([201]));
    await house.composed.retention.idle();
    for (const path of [`/${id}`, `/${id}/messages/${message}`]) {
      const answer = await call("DELETE", path);
      expect([answer.status, await codeOf(answer)]).toEqual([409, "legal_hold"]);
    }
    // a link can be made of it and revoked all the same: neither ends anything
    const share = madeShare.parse(await (await call("POST", `/${id}/shares`, { audience: "any" })).json());
    const opened = () => call("POST", "/shared/open", { token: share.url.split("#")[1] });
    expect((await opened()).status).toBe(200);
    expect((await call("DELETE", `/shares/${share.id}`)).status).toBe(204);
    expect((await opened()).status).toBe(404);
    await chat();
    house.clock.pass(31 * day);
    const later = await house.login(mary.email);
    expect(await (await call("GET", `/${id}`, undefined, later)).json()).toMatchObject({
      is_held: true,
      n_messages: many + 1,
    });
    const again = await administrator();
    expect((await call("POST", `/admin/holds/${mary.uid}/release`, { reason: "Over" }, again)).status).toBe(204);
    await house.composed.retention.idle();
    const audit = (await table.scan(2_000)).items.filter(({ pk }) => pk.startsWith(`AUD#${mary.uid}`));
    expect(audit.map(({ event }) => event)).toEqual(expect.arrayContaining(["chats.held", "chats.released"]));
    expect((await call("DELETE", `/${id}`, undefined, later)).status).toBe(204);
  });
});
