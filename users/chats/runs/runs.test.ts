import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { z } from "zod";
import { MemoryTable } from "../../platform/dynamo/memory.ts";
import type { ScannableTable } from "../../platform/dynamo/table.ts";
import { ulid } from "../../platform/ids.ts";
import { ScriptedAnswerer, text, tokens } from "../../testing/answering.ts";
import { codeOf, Harness, type Person } from "../../testing/harness.ts";
import { type Running, startDynoxide, until } from "../../testing/servers.ts";
import { tableIn } from "../../testing/tables.ts";
import { messageList } from "../messages/schemas.ts";
import { chatView } from "../schemas.ts";
import { runView } from "./schemas.ts";

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
const event = z.object({ event: z.string(), data: z.unknown() });
type Told = z.infer<typeof event>;

/** One or two processes over one table; what they answer is scripted. */
async function begin(open: () => Promise<ScannableTable>) {
  const table = await open();
  const answerer = new ScriptedAnswerer();
  const house = await Harness.ready({ CHATS_RUNS_LIMIT_USER: 100 }, { table, answerer });
  const mary = await house.person("farmer");
  const chat = chatView.parse(
    await (await house.call("POST", "/api/v1/chats", { token: mary.token, body: {} })).json(),
  ).id;
  return { table, answerer, house, mary, chat };
}
/** Another process over the same tables. */
async function another(house: Harness, answerer = new ScriptedAnswerer()) {
  const { table, keysTable } = house.composed.platform;
  const other = await Harness.ready({ CHATS_RUNS_LIMIT_USER: 100 }, { table, keysTable, answerer });
  other.clock.ms = house.clock.ms;
  return other;
}
const ask = (house: Harness, { token }: Person, chat: string, content = "Which ram?", id = ulid(house.clock.ms)) =>
  house.call("POST", `/api/v1/chats/${chat}/runs`, { token, body: { message: { id, role: "user", content } } });
const runOf = async (answer: Response) => runView.parse(await answer.json()).run;
async function eventsOf(answer: Response): Promise<Told[]> {
  const blocks = (await answer.text()).split("\n\n").filter((block) => block.includes("data:"));
  return blocks.map((block) => {
    const lines = Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s).slice(0, 2)));
    return event.parse({ event: lines.event, data: JSON.parse(lines.data ?? "null") });
  });
}
const follow = async (house: Harness, { token }: Person, chat: string, run: string, after = -1) => {
  const answer = await house.call("GET", `/api/v1/chats/${chat}/runs/${run}?after=${after}`, { token });
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
  return eventsOf(answer);
};
const messagesOf = async (house: Harness, { token }: Person, chat: string) => {
  const answer = await house.call("GET", `/api/v1/chats/${chat}/messages`, { token });
  return messageList.parse(await answer.json()).items;
};
const deltas = (told: Told[]) => told.filter(({ event }) => event === "delta").map(({ data }) => data);
const numbered = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => ({ seq: from + at, d: `t${from + at} ` }));

describe.each(implementations)("runs %s", (_name, open) => {
  test("an answer comes as numbered deltas, then it is a message with what it cost", async () => {
    const { house, mary, chat, answerer } = await begin(open);
    const usage = { type: "usage", model: "script", inputTokens: 11, outputTokens: 7 } as const;
    answerer.parts = [
      text("Take "),
      { type: "citation", kind: "animal", id: "a1", label: "UK 7", href: "/animals/a1" },
      text("UK 7."),
      usage,
    ];
    const started = await ask(house, mary, chat);
    expect(started.status).toBe(202);
    const run = await runOf(started);
    expect(started.headers.get("location")).toBe(`/api/v1/chats/${chat}/runs/${run}`);
    const told = await follow(house, mary, chat, run);
    expect(deltas(told)).toEqual([
      { seq: 0, d: "Take " },
      { seq: 1, d: { type: "citation", kind: "animal", id: "a1", label: "UK 7", href: "/animals/a1" } },
      { seq: 2, d: "UK 7." },
    ]);
    const { type, ...cost } = usage;
    expect(told.at(-1)).toEqual({ event: "done", data: { status: "complete", id: run, usage: cost, code: null } });
    const [answer, question] = await messagesOf(house, mary, chat);
    expect(answer).toMatchObject({
      id: run,
      role: "assistant",
      content: "Take UK 7.",
      parent: question?.id,
      status: "complete",
    });
    expect(answer).toMatchObject({ model: "script", input_tokens: 11, output_tokens: 7, parts: [{ id: "a1" }] });
    expect(answerer.questions[0]).toMatchObject({
      messages: [{ role: "user", content: "Which ram?" }],
      token: mary.token,
    });
    const view = await (await house.call("GET", `/api/v1/chats/${chat}`, { token: mary.token })).json();
    expect(view).toMatchObject({
      n_messages: 2,
      head_id: run,
      active_run: null,
      input_tokens: 11,
      title: "Which ram?",
    });
    // long after the end the stored deltas tell the same
    expect(await follow(await another(house), mary, chat, run)).toEqual(told);
  });

  test("of twenty who start at once one does; a run started again under its id is the same run", async () => {
    const { house, mary, chat, answerer } = await begin(open);
    answerer.allowed = 0;
    const question = ulid(house.clock.ms);
    const { token } = mary;
    await house.call("POST", `/api/v1/chats/${chat}/messages`, {
      token,
      body: { id: question, role: "user", content: "?" },
    });
    const start = (id?: string) =>
      house.call("POST", `/api/v1/chats/${chat}/runs`, { token, body: { id, parent: question } });
    const answers = await Promise.all(Array.from({ length: 20 }, () => start()));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, ...Array(19).fill(409)]);
    expect(await codeOf(answers.find(({ status }) => status === 409) ?? new Response())).toBe("run_active");
    const run = await runOf(answers.find(({ status }) => status === 202) ?? new Response());
    expect((await start(run)).status).toBe(202);
    answerer.allowed = 9;
    await follow(house, mary, chat, run);
    expect((await start(run)).status).toBe(202);
    expect(answerer.questions).toHaveLength(1);
    const same = ulid(house.clock.ms + 5);
    const again = await Promise.all(Array.from({ length: 20 }, () => start(same)));
    expect(new Set(again.map(({ status }) => status))).toEqual(new Set([202]));
    await follow(house, mary, chat, same);
    expect(answerer.questions).toHaveLength(2);
    expect(await messagesOf(house, mary, chat)).toHaveLength(3);
  });

  test("a reader that was cut at token 20 goes on here and elsewhere with each token once; it is stored once", async () => {
    const { house, mary, chat, answerer } = await begin(open);
    answerer.parts = tokens(60);
    answerer.allowed = 21;
    const run = await runOf(await ask(house, mary, chat));
    const other = await another(house);
    await until(async () => (await house.composed.runs.stored(mary.uid, chat, run)) === 21);
    const live = follow(house, mary, chat, run, 20);
    const remote = follow(other, mary, chat, run, 20);
    const whole = follow(other, mary, chat, run);
    await Bun.sleep(30);
    answerer.allowed = 60;
    expect(deltas(await live)).toEqual(numbered(21, 60));
    expect(deltas(await remote)).toEqual(numbered(21, 60));
    expect(deltas(await whole)).toEqual(numbered(0, 60));
    const [answer, ...rest] = await messagesOf(house, mary, chat);
    expect(answer?.content).toBe(
      tokens(60)
        .map((part) => (part.type === "text" ? part.text : ""))
        .join(""),
    );
    expect(rest).toHaveLength(1);
  });

  test.each(["here", "elsewhere"])("stop reaches the source %s, and what was said is kept", async (where) => {
    const { house, mary, chat, answerer } = await begin(open);
    answerer.parts = tokens(9);
    answerer.allowed = 4;
    const run = await runOf(await ask(house, mary, chat));
    await until(async () => (await house.composed.runs.stored(mary.uid, chat, run)) === 4);
    const from = where === "here" ? house : await another(house);
    const stop = () => from.call("POST", `/api/v1/chats/${chat}/runs/${run}/stop`, { token: mary.token });
    expect((await stop()).status).toBe(202);
    const told = await follow(house, mary, chat, run);
    expect(told.at(-1)).toMatchObject({ event: "done", data: { status: "stopped", id: run } });
    expect(answerer.aborted).toBe(1);
    expect((await messagesOf(house, mary, chat))[0]).toMatchObject({ content: "t0 t1 t2 t3 ", status: "stopped" });
    expect(await (await stop()).json()).toMatchObject({ status: "stopped" });
    expect((await ask(house, mary, chat)).status).toBe(202);
  });

  test("a process that dies leaves what it had stored as an interrupted answer, once, and the chat is free", async () => {
    const { house, mary, chat, answerer, table } = await begin(open);
    answerer.parts = tokens(9);
    answerer.allowed = 5;
    const run = await runOf(await ask(house, mary, chat));
    await until(async () => (await house.composed.runs.stored(mary.uid, chat, run)) === 5);
    const other = await another(house);
    // the dead do not renew: their lease runs out
    house.composed.runs.abandon();
    other.clock.pass(16);
    const reads = await Promise.all(Array.from({ length: 20 }, () => messagesOf(other, mary, chat)));
    for (const [answer, ...rest] of reads) {
      expect(answer).toMatchObject({ id: run, content: "t0 t1 t2 t3 t4 ", status: "interrupted" });
      expect(rest).toHaveLength(1);
    }
    const told = await follow(other, mary, chat, run, 1);
    expect(deltas(told)).toEqual(numbered(2, 5));
    expect(told.at(-1)).toMatchObject({ event: "done", data: { status: "interrupted", id: run } });
    expect((await ask(other, mary, chat)).status).toBe(202);
    const stored = JSON.stringify((await table.scan(1_000)).items);
    expect(stored).not.toContain("t0 t1");
  });

  test("start against delete: the chat is gone for good, and its run with it", async () => {
    const { house, mary, answerer } = await begin(open);
    answerer.allowed = 0;
    const { token } = mary;
    const round = async () => {
      const chat = chatView.parse(await (await house.call("POST", "/api/v1/chats", { token, body: {} })).json()).id;
      const [started, removed] = await Promise.all([
        ask(house, mary, chat),
        house.call("DELETE", `/api/v1/chats/${chat}`, { token }),
      ]);
      expect([202, 404]).toContain(started.status);
      expect(removed.status).toBe(204);
      expect((await house.call("GET", `/api/v1/chats/${chat}`, { token })).status).toBe(404);
      return chat;
    };
    const chats = await Promise.all(Array.from({ length: 20 }, round));
    answerer.allowed = 9;
    await house.composed.runs.close();
    const left = (await house.composed.platform.table.scan(1_000)).items;
    expect(left.filter(({ pk, sk }) => chats.some((chat) => pk === `CONV#${chat}`) && sk !== "META")).toEqual([]);
  });

  test("a failing source says so by code; what it had said is kept, and nothing of the fault is told", async () => {
    const { house, mary, chat, answerer } = await begin(open);
    answerer.fault = new Error("secret of the model");
    const told = await follow(house, mary, chat, await runOf(await ask(house, mary, chat)));
    expect(told.at(-1)).toMatchObject({ event: "error", data: { status: "failed", code: "answer_failed" } });
    expect(JSON.stringify(told)).not.toContain("secret of the model");
    expect((await messagesOf(house, mary, chat))[0]).toMatchObject({ content: "Hello there.", status: "failed" });
  });

  test("nobody else sees a run, stops it or starts one", async () => {
    const { house, mary, chat, answerer } = await begin(open);
    answerer.allowed = 1;
    const run = await runOf(await ask(house, mary, chat));
    const { token } = await house.person("farmer");
    const path = `/api/v1/chats/${chat}/runs`;
    expect((await house.call("GET", `${path}/${run}`, { token })).status).toBe(404);
    expect((await house.call("POST", `${path}/${run}/stop`, { token })).status).toBe(404);
    expect((await house.call("POST", path, { token, body: { parent: run } })).status).toBe(404);
    answerer.allowed = 9;
    expect((await follow(house, mary, chat, run)).at(-1)).toMatchObject({ data: { status: "complete" } });
  });
});
