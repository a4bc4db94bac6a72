import { describe, expect, test } from "bun:test";
import { createRoute, z } from "@hono/zod-openapi";
import { Hono } from "hono";
import faults from "../../../contracts/cases/faults.json";
import { refuseDoubtfulJson } from "./as-written.ts";
import { body, json } from "./documentation.ts";
import { wholeText } from "./paging.ts";
import { render, toProblem } from "./problem-answers.ts";
import { type AppEnv, newService } from "./service-app.ts";
import { kinds, wordsOf } from "./words.ts";

// What a fault is called, and what is said of it, is the same here as in server/tests/platform/test_faults.py.

const probe = z
  .strictObject({
    number: z.number().min(0).max(2000).nullable(),
    whole: z.number().int().min(0).max(9).nullable(),
    flag: z.boolean(),
    words: z.string().min(2).max(5),
    day: z.iso.date(),
    id: z.uuid(),
    role: z.enum(["owner", "worker", "viewer"]),
    texts: z.array(z.string()).max(2).nullable(),
    anything: z.record(z.string(), z.unknown()),
  })
  .partial();
const query = z.object({
  limit: wholeText(1, 1000).default(100),
  accepted: z.enum(["true", "false"], kinds.boolean.message).optional(),
  flock_id: z.uuid().optional(),
});
const done = { 200: { description: "Taken", content: json(z.object({})) } };

function probeApp(): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.use("*", refuseDoubtfulJson);
  app.onError((error, c) => render(c, toProblem(error)));
  const service = newService();
  service.openapi(
    createRoute({ method: "post", path: "/probe", request: { body: body(probe) }, responses: done }),
    (c) => c.json({}, 200),
  );
  service.openapi(createRoute({ method: "get", path: "/probe", request: { query }, responses: done }), (c) =>
    c.json({}, 200),
  );
  app.route("/", service);
  return app;
}

const app = probeApp();
type Case = { body?: string; query?: string; status?: number; code?: string; error?: Record<string, string | null> };

const ask = ({ body: sent, query: text }: Case) =>
  text === undefined
    ? app.request("/probe", { method: "POST", body: sent, headers: { "content-type": "application/json" } })
    : app.request(`/probe?${text}`);
const named = (cases: Case[]): [string, Case][] => cases.map((one) => [one.body ?? `?${one.query}`, one]);
const problem = z.object({ code: z.string(), errors: z.array(z.record(z.string(), z.unknown())) });
const library = /Invalid (input|option|string)|expected |received |Too (big|small)|Unrecognized/;

describe("refused", () => {
  test.each(named(faults.refused))("%s", async (_name, { status, code, error, ...sent }) => {
    const answer = await ask(sent);
    const text = await answer.text();
    const found = problem.parse(JSON.parse(text));
    expect({ status: answer.status, code: found.code }).toEqual({ status: status ?? 0, code: code ?? "" });
    if (error) expect(found.errors[0]).toMatchObject(error);
    expect(text).not.toMatch(library);
  });
});

describe("taken", () => {
  test.each(named(faults.taken))("%s", async (_name, sent) => expect((await ask(sent)).status).toBe(200));
});

test("every kind of issue has our words", () => {
  const schema = z.strictObject({
    type: z.string(),
    small: z.number().min(1),
    over: z.number().gt(1),
    big: z.number().max(1),
    under: z.number().lt(1),
    few: z.array(z.string()).min(1),
    form: z.email(),
    pattern: z.string().regex(/^a$/),
    step: z.number().multipleOf(2),
    value: z.literal("a"),
    union: z.union([z.literal(1), z.literal(7), z.null()]),
    other: z.union([z.number(), z.string()]),
    key: z.record(z.string().max(1), z.number()),
    element: z.map(z.object({}), z.number()),
    custom: z.string().refine(() => false),
  });
  const sent = {
    ...{
      type: 1,
      small: 0,
      over: 1,
      big: 2,
      under: 1,
      few: [],
      form: "a",
      pattern: "b",
      step: 1,
      value: "b",
      union: 2,
    },
    ...{ other: true, key: { ab: 1 }, element: new Map([[{}, "a"]]), custom: "a", unknown: 1 },
  };
  const issues = schema.safeParse(sent).error?.issues ?? [];
  const codes = "invalid_type too_small too_big invalid_format not_multiple_of unrecognized_keys invalid_value";
  const all = `${codes} invalid_union invalid_key invalid_element custom`.split(" ");
  expect([...new Set(issues.map(({ code }) => code as string))].toSorted()).toEqual(all.toSorted());
  for (const issue of issues) {
    expect(issue.message).not.toMatch(library);
    expect(wordsOf(issue).fix === "" ? issue.code : "").toBe(issue.code === "unrecognized_keys" ? issue.code : "");
  }
});

test("whoever hangs up in the middle of a body is no failure of ours", () => {
  const hungUp = new DOMException("The connection was closed.", "AbortError");
  expect([toProblem(hungUp).status, toProblem(hungUp).code]).toEqual([400, "connection_closed"]);
  expect(toProblem(new Error("anything else")).status).toBe(500);
});
