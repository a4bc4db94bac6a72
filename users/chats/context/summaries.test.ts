import { expect, test } from "bun:test";
import { z } from "zod";
import { ulid } from "../../platform/ids.ts";
import type { ModelSettings } from "../../platform/settings.ts";
import { ScriptedAnswerer } from "../../testing/answering.ts";
import { Harness } from "../../testing/harness.ts";
import { until } from "../../testing/servers.ts";

const at = { url: "http://127.0.0.1:9/v1" };
const model: ModelSettings = { name: "script", at, key: undefined, steps: 1, tokens: 10, seconds: 1 };

test.each([
  ["a model that is configured makes the summary", model, 1],
  ["without a model nobody is asked for a summary", undefined, 0],
] as const)("%s", async (_what, configured, summaries) => {
  const answerer = new ScriptedAnswerer();
  const house = await Harness.ready({ CHATS_CONTEXT_TOKENS: 1, model: configured }, { answerer });
  const { token } = await house.person("farmer");
  const made = await house.call("POST", "/api/v1/chats", { token, body: {} });
  const { id } = z.object({ id: z.string() }).parse(await made.json());
  const message = { id: ulid(house.clock.ms), role: "user", content: "Which ram 7?" };
  const started = await house.call("POST", `/api/v1/chats/${id}/runs`, { token, body: { message } });
  const { run } = z.object({ run: z.string() }).parse(await started.json());
  await (await house.call("GET", `/api/v1/chats/${id}/runs/${run}`, { token })).text();
  await house.composed.runs.close();
  const ofSummaries = answerer.questions.filter(({ messages }) => messages[0]?.role === "system");
  expect(ofSummaries).toHaveLength(summaries);
  // who makes a summary may read nothing
  expect(ofSummaries.map((question) => question.token)).toEqual(Array(summaries).fill(""));
});

test("of a long chat that nobody has summarised so much is read at once, and what was left out is said", async () => {
  const answerer = new ScriptedAnswerer();
  const house = await Harness.ready({ CHATS_CONTEXT_TOKENS: 100 }, { answerer });
  const { token } = await house.person("farmer");
  const made = await house.call("POST", "/api/v1/chats", { token, body: {} });
  const { id } = z.object({ id: z.string() }).parse(await made.json());
  for (let n = 0; n < 8; n++) {
    const message = { id: ulid(house.clock.ms + n), role: "user", content: `Ram ${n}. ${"wool ".repeat(12_000)}` };
    await house.call("POST", `/api/v1/chats/${id}/messages`, { token, body: message });
  }
  let read = 0;
  const { table } = house.composed.platform;
  const get = table.get.bind(table);
  table.get = (key, consistent) => {
    if (key.sk.startsWith("M#")) read++;
    return get(key, consistent);
  };
  const message = { id: ulid(house.clock.ms + 9), role: "user", content: "Which ram?" };
  await house.call("POST", `/api/v1/chats/${id}/runs`, { token, body: { message } });
  await until(() => answerer.questions.length === 1);
  const [question] = answerer.questions;
  expect(question?.messages.map(({ content }) => content)).toEqual(["Which ram?"]);
  expect(question?.summary).toStartWith("(5 earlier messages are not told here.)");
  expect(question?.summary).toContain("Ram 7.");
  expect(read).toBeLessThan(8);
  await house.composed.runs.close();
});
