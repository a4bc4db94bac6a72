import { beforeEach, describe, expect, test } from "bun:test";
import { ulid } from "../platform/ids.ts";
import { codeOf, Harness, type Person } from "../testing/harness.ts";
import { messageList } from "./messages/schemas.ts";
import { chatList, chatView } from "./schemas.ts";

let house: Harness;
let mary: Person;
let john: Person;
beforeEach(async () => {
  house = await Harness.ready();
  [mary, john] = [await house.person("farmer"), await house.person("farmer")];
});
const newChat = async (who: Person, title = "Rams") => {
  const answer = await house.call("POST", "/api/v1/chats", { token: who.token, body: { title } });
  return chatView.parse(await answer.json()).id;
};
const say = (who: Person, chat: string, content: string, id = ulid(house.clock.ms)) => {
  house.clock.pass(0.001);
  return house.call("POST", `/api/v1/chats/${chat}/messages`, {
    token: who.token,
    body: { id, role: "user", content },
  });
};

describe("chats", () => {
  test("are created, listed by last use, read, renamed and deleted", async () => {
    const first = await newChat(mary, "First");
    house.clock.pass(1);
    const second = await newChat(mary, "Second");
    house.clock.pass(1);
    await say(mary, first, "hello");
    const list = await house.call("GET", "/api/v1/chats", { token: mary.token });
    const { items } = chatList.parse(await list.json());
    expect(items.map(({ id, n_messages }) => [id, n_messages])).toEqual([
      [first, 1],
      [second, 0],
    ]);

    const path = `/api/v1/chats/${first}`;
    const body = { title: "Ewes" };
    expect((await house.call("PATCH", path, { token: mary.token, body })).status).toBe(428);
    expect((await house.call("PATCH", path, { token: mary.token, body, headers: { "if-match": '"9"' } })).status).toBe(
      412,
    );
    const renamed = await house.call("PATCH", path, { token: mary.token, body, headers: { "if-match": '"1"' } });
    expect([renamed.status, renamed.headers.get("etag")]).toEqual([200, '"2"']);
    expect(await (await house.call("GET", path, { token: mary.token })).json()).toMatchObject({ title: "Ewes" });

    for (const [name, value] of [
      ["if-match", '"1"'],
      ["if-match", 'W/"2"'],
      ["if-none-match", "*"],
    ] as const)
      expect((await house.call("DELETE", path, { token: mary.token, headers: { [name]: value } })).status).toBe(412);
    expect((await house.call("DELETE", path, { token: mary.token, headers: { "if-match": '"2"' } })).status).toBe(204);
    expect((await house.call("GET", path, { token: mary.token })).status).toBe(404);
    expect((await say(mary, first, "late")).status).toBe(404);
    expect(house.table.everything().filter(({ pk, sk }) => pk === `CONV#${first}` && sk !== "META")).toEqual([]);
  });

  test("a foreign chat does not exist, on every path", async () => {
    const chat = await newChat(mary);
    const before = house.table.everything().filter(({ pk }) => pk.startsWith("CONV#"));
    const path = `/api/v1/chats/${chat}`;
    const answers = [
      await house.call("GET", path, { token: john.token }),
      await house.call("PATCH", path, { token: john.token, body: { title: "x" }, headers: { "if-match": '"1"' } }),
      await house.call("DELETE", path, { token: john.token }),
      await house.call("GET", `${path}/messages`, { token: john.token }),
      await say(john, chat, "hello"),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
    expect(house.table.everything().filter(({ pk }) => pk.startsWith("CONV#"))).toEqual(before);
  });

  test("titles and messages lie sealed, with a key per user in the other table", async () => {
    const chat = await newChat(mary, "A secret title");
    await say(mary, chat, "A secret message");
    await newChat(john);
    const stored = Buffer.from(
      JSON.stringify(house.table.everything(), (_k, v) =>
        v instanceof Uint8Array ? Buffer.from(v).toString("latin1") : v,
      ),
    );
    expect(stored.toString()).not.toContain("secret");
    expect(
      house.keysTable
        .everything()
        .map(({ pk }) => pk)
        .sort(),
    ).toEqual([`USER#${mary.uid}`, `USER#${john.uid}`].sort());
  });
});

describe("messages", () => {
  test("page newest first through sealed cursors", async () => {
    const chat = await newChat(mary);
    for (let n = 0; n < 7; n++) await say(mary, chat, `m${n}`);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor ? `?limit=3&cursor=${cursor}` : "?limit=3";
      const answer = await house.call("GET", `/api/v1/chats/${chat}/messages${query}`, { token: mary.token });
      const page = messageList.parse(await answer.json());
      seen.push(...page.items.map(({ content }) => content));
      cursor = page.next;
    } while (cursor);
    expect(seen).toEqual(["m6", "m5", "m4", "m3", "m2", "m1", "m0"]);
  });

  test("the same message again answers the stored one; another text under its id is refused", async () => {
    const chat = await newChat(mary);
    const id = ulid(house.clock.ms);
    const answers = await Promise.all(Array.from({ length: 10 }, () => say(mary, chat, "hello", id)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 200, 200, 201]);
    const other = await say(mary, chat, "something else", id);
    expect([other.status, await codeOf(other)]).toEqual([422, "message_id_reused"]);
    expect(await (await house.call("GET", `/api/v1/chats/${chat}`, { token: mary.token })).json()).toMatchObject({
      n_messages: 1,
      head_id: id,
    });
  });

  test("64 KB pass, one byte more does not; an oversize body is 413", async () => {
    const chat = await newChat(mary);
    expect((await say(mary, chat, "x".repeat(65_536))).status).toBe(201);
    expect((await say(mary, chat, "é".repeat(32_769))).status).toBe(422);
    expect((await say(mary, chat, "x".repeat(300_000))).status).toBe(413);
  });

  test("an active chat does not vanish: each message starts its retention anew", async () => {
    const answer = await house.call("POST", "/api/v1/chats", { token: mary.token, body: { retention_days: 1 } });
    const chat = chatView.parse(await answer.json()).id;
    for (let n = 0; n < 3; n++) {
      house.clock.pass(80_000);
      mary = await house.login(mary.email);
      expect((await say(mary, chat, `day ${n}`)).status).toBe(201);
    }
    house.clock.pass(86_401);
    mary = await house.login(mary.email);
    expect((await house.call("GET", `/api/v1/chats/${chat}`, { token: mary.token })).status).toBe(404);
  });
});

describe("Idempotency-Key", () => {
  const create = (who: Person, key: string, title: string) =>
    house.call("POST", "/api/v1/chats", { token: who.token, body: { title }, headers: { "idempotency-key": key } });

  test("the same key and body give the stored answer, another body 422, another user a chat of their own", async () => {
    const first = await create(mary, "k1", "Rams");
    const again = await create(mary, "k1", "Rams");
    expect([again.status, await again.text()]).toEqual([201, await first.text()]);
    expect(again.headers.get("location")).toBe(first.headers.get("location"));
    expect((await create(mary, "k1", "Ewes")).status).toBe(422);
    expect((await create(john, "k1", "Rams")).headers.get("location")).not.toBe(first.headers.get("location"));
  });

  test("of ten at once one runs; the others get its answer", async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => create(mary, "k2", "Rams")));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(201));
    expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1);
    expect(house.table.everything().filter(({ sk }) => sk === "META")).toHaveLength(1);
  });

  test("a refused request leaves the key free", async () => {
    expect((await create(mary, "k3", "")).status).toBe(422);
    expect((await create(mary, "k3", "Rams")).status).toBe(201);
  });
});
