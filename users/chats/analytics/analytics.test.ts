import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { MemoryTable } from "../../platform/dynamo/memory.ts";
import type { ScannableTable } from "../../platform/dynamo/table.ts";
import { ulid } from "../../platform/ids.ts";
import { ScriptedAnswerer, text } from "../../testing/answering.ts";
import { Harness, type Person } from "../../testing/harness.ts";
import { type Running, startDynoxide } from "../../testing/servers.ts";
import { tableIn } from "../../testing/tables.ts";
import { runView } from "../runs/schemas.ts";
import { chatView } from "../schemas.ts";
import { chatDays, platformDays } from "./schemas.ts";

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

async function begin(open: () => Promise<ScannableTable>) {
  const answerer = new ScriptedAnswerer();
  answerer.parts = [
    text("Take UK 7."),
    { type: "tool", name: "top_sires", input: { trait: "secret trait" }, ok: true },
    { type: "tool", name: "my neighbour is a thief", input: {}, ok: false },
    { type: "usage", model: "script", inputTokens: 11, outputTokens: 7 },
  ];
  const house = await Harness.ready({ CHATS_RUNS_LIMIT_USER: 100 }, { table: await open(), answerer });
  return { house, answerer, mary: await house.person("farmer") };
}
/** A question that was answered, by the path of its answer. */
async function answered(house: Harness, { token }: Person): Promise<string> {
  const { id } = chatView.parse(await (await house.call("POST", "/api/v1/chats", { token, body: {} })).json());
  const message = { id: ulid(house.clock.ms), role: "user", content: "Which secret ram?" };
  const started = await house.call("POST", `/api/v1/chats/${id}/runs`, { token, body: { message } });
  const { run } = runView.parse(await started.json());
  await (await house.call("GET", `/api/v1/chats/${id}/runs/${run}`, { token })).text();
  return `/api/v1/chats/${id}/messages/${run}/feedback`;
}
const own = async (house: Harness, { token }: Person, days = 2) =>
  chatDays.parse(await (await house.call("GET", `/api/v1/chats/analytics?days=${days}`, { token })).json()).items;
async function platform(house: Harness) {
  const { token } = await house.person("administrator");
  return platformDays.parse(await (await house.call("GET", "/api/v1/chats/metrics?days=2", { token })).json()).items;
}

describe.each(implementations)("figures %s", (_name, open) => {
  test("a user's answers, tokens and feedback by day, and nobody else's", async () => {
    const { house, answerer, mary } = await begin(open);
    await answered(house, mary);
    house.clock.pass(86_400);
    mary.token = (await house.login(mary.email)).token;
    const path = await answered(house, mary);
    answerer.fault = new Error("no");
    await answered(house, mary);
    await house.call("PUT", path, { token: mary.token, body: { feedback: "up" } });
    await house.call("PUT", path, { token: mary.token, body: { feedback: "down", note: "secret note" } });
    const [today, yesterday] = await own(house, mary);
    expect(yesterday).toMatchObject({
      answers: 1,
      input_tokens: 11,
      output_tokens: 7,
      feedback_up: 0,
      feedback_down: 0,
    });
    expect(today).toMatchObject({ answers: 2, by_status: { complete: 1, failed: 1 }, input_tokens: 22 });
    expect(today).toMatchObject({ feedback_up: 0, feedback_down: 1, mean_ms: 0, mean_first_ms: 0 });
    expect((await own(house, await house.person()))[0]).toMatchObject({ answers: 0, mean_ms: null });
  });

  test("of twenty judgements at once the count is what the answer says in the end", async () => {
    const { house, mary } = await begin(open);
    const path = await answered(house, mary);
    const said = ["up", "down", null] as const;
    const judge = (at: number) => house.call("PUT", path, { token: mary.token, body: { feedback: said[at % 3] } });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => judge(at)));
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
    expect((await judge(0)).status).toBe(200);
    expect((await own(house, mary))[0]).toMatchObject({ feedback_up: 1, feedback_down: 0 });
    expect((await judge(2)).status).toBe(200);
    expect((await own(house, mary))[0]).toMatchObject({ feedback_up: 0, feedback_down: 0 });
  });

  test("administrators see roles and topics, and no word that was said", async () => {
    const { house, mary } = await begin(open);
    const path = await answered(house, mary);
    await answered(house, await house.person("researcher"));
    await house.call("PUT", path, { token: mary.token, body: { feedback: "up" } });
    const [today] = await platform(house);
    expect(today?.all).toMatchObject({ answers: 2, input_tokens: 22, output_tokens: 14, feedback_up: 1 });
    expect(today?.by_role.farmer).toMatchObject({ answers: 1, feedback_up: 1 });
    expect(today?.by_role.researcher).toMatchObject({ answers: 1, feedback_up: 0 });
    expect(Object.keys(today?.by_topic ?? {})).toEqual(["top_sires"]);
    expect(JSON.stringify(today)).not.toMatch(/secret|thief|hillfarm/);
    expect((await house.call("GET", "/api/v1/chats/metrics", { token: mary.token })).status).toBe(403);
    const counters = (await house.composed.platform.table.scan(1_000)).items.filter(({ pk }) => pk.startsWith("MET#"));
    expect(JSON.stringify(counters)).not.toMatch(new RegExp(`secret|thief|${mary.uid}`));
  });
});
