import { expect, test } from "bun:test";
import { z } from "zod";
import { personalData } from "../../composition/personal-data.ts";
import { ulid } from "../../platform/ids.ts";
import { ScriptedAnswerer, text } from "../../testing/answering.ts";
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
