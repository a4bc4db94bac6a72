import { expect, test } from "bun:test";
import { z } from "zod";
import { personalData } from "../../composition/personal-data.ts";
import { ulid } from "../../platform/ids.ts";
import { ScriptedAnswerer, text, tokens } from "../../testing/answering.ts";
import { Harness } from "../../testing/harness.ts";

const withId = z.looseObject({ id: z.string() });

test("an archive has all of a chat that its owner sees: answers with tools, feedback, facts, its folder, its summary", async () => {
  const answerer = new ScriptedAnswerer();
  const citation = { type: "citation", kind: "animal", id: "a1", label: "UK 7", href: "/animals/a1" } as const;
  answerer.parts = [text("Take UK 7."), citation];
  const house = await Harness.ready({ CHATS_CONTEXT_TOKENS: 1 }, { answerer });
  const { token, uid } = await house.person("farmer");
  const call = async (method: string, path: string, body?: object) =>
    (await house.call(method, `/api/v1/chats${path}`, { token, body, headers: { "if-match": "*" } })).json();
  const folder = withId.parse(await call("POST", "/folders", { name: "Rams" }));
  const { id } = withId.parse(await call("POST", "", { facts: ["We lamb in April."], farm_id: "f1" }));
  await call("PATCH", `/${id}`, { folder_id: folder.id });
  let run = "";
  for (const content of ["Which ram 7?", "And which ewe 8?"]) {
    const message = { id: ulid(house.clock.ms), role: "user", content };
    run = z.object({ run: z.string() }).parse(await call("POST", `/${id}/runs`, { message })).run;
    await (await house.call("GET", `/api/v1/chats/${id}/runs/${run}`, { token })).text();
    house.clock.pass(1);
  }
  await house.composed.runs.close();
  await call("PUT", `/${id}/messages/${run}/feedback`, { feedback: "down", note: "That ram is dead." });

  const found = new Map<string, unknown>();
  const chats = personalData(house.composed.platform).find(({ name }) => name === "chats");
  if (!chats) throw new Error("chats hold nothing");
  for await (const { name, content } of chats.export(uid)) found.set(name, content);
  expect(found.get("folders")).toEqual({ folders: [{ id: folder.id, name: "Rams" }] });
  expect(found.get(id)).toMatchObject({
    facts: ["We lamb in April."],
    farm_id: "f1",
    folder_id: folder.id,
    summary: expect.stringContaining("ram 7"),
    messages: [
      { role: "user", content: "Which ram 7?" },
      { role: "assistant", parts: [citation] },
      { role: "user" },
      { id: run, status: "complete", feedback: "down", note: "That ram is dead." },
    ],
  });
});

test("an erasure in the middle of an answer and of an import: both end, and nothing of either is left", async () => {
  const answerer = new ScriptedAnswerer();
  answerer.parts = tokens(40);
  answerer.allowed = 5;
  const house = await Harness.ready({}, { answerer });
  const { table } = house.composed.platform;
  const { token, uid } = await house.person("farmer");
  const call = (method: string, path: string, body?: object) => house.call(method, `/api/v1${path}`, { token, body });
  const { id } = withId.parse(await (await call("POST", "/chats", { title: "Rams" })).json());
  const message = { id: ulid(house.clock.ms), role: "user", content: "Which ram?" };
  await call("POST", `/chats/${id}/messages`, message);
  const file = withId.parse(
    await (await call("GET", `/chats/${id}/export`)).json().then((told) => ({ id, ...Object(told) })),
  );
  const started = await call("POST", `/chats/${id}/runs`, { parent: message.id });
  expect(started.status).toBe(202);
  const { id: _id, ...whole } = file;
  const other = { ...whole, chat: { ...Object(whole.chat), id: crypto.randomUUID() } };
  const transact = table.transact.bind(table);
  let isErased = false;
  table.transact = async (writes) => {
    // after the import has brought its messages, before the chat begins to be
    if (!isErased && writes.some((write) => "delete" in write && write.delete.pk === "JOBS#chat-removals")) {
      isErased = true;
      table.transact = transact;
      expect((await call("DELETE", "/profiles/me")).status).toBe(202);
      await house.composed.erasures.work();
    }
    return transact(writes);
  };
  const brought = await call("POST", "/chats/import", other);
  expect([isErased, brought.status]).toEqual([true, 409]);
  answerer.allowed = 40;
  await house.composed.runs.close();
  expect(answerer.aborted).toBe(1);
  house.clock.pass(200);
  await house.composed.erasures.work();
  const left = house.table.everything().filter((item) => JSON.stringify(item).includes(uid));
  expect(left.filter(({ pk, sk }) => /^(CONV|USER|JOBS|SHARE)/.test(pk) && sk !== "A")).toEqual([]);
  expect(house.table.everything().filter(({ pk }) => pk.startsWith("CONV#"))).toEqual([]);
});
