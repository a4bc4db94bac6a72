import { expect, test } from "bun:test";
import { Hono } from "hono";
import cases from "../../../contracts/cases/preconditions.json";
import { etag, preconditionOf } from "./preconditions.ts";
import { render, toProblem } from "./problem-answers.ts";
import { leaveOutWhatIsKnown } from "./root.ts";

// The same cases as server/tests/platform/test_preconditions.py.

const app = new Hono();
app.onError((error, c) => render(c, toProblem(error)));
app.use("*", leaveOutWhatIsKnown);
app.get("/things/7", (c) => c.json({ rev: 7 }, 200, { etag: etag(7) }));
app.put("/things/:rev", (c) => {
  preconditionOf(c)(Number(c.req.param("rev")) || undefined);
  return c.json({}, 200);
});

type Case = { ask: string; rev: number | null; status: number; if_match?: string; if_none_match?: string };

test.each(cases.map((one): [string, Case] => [JSON.stringify(one), one]))("%s", async (_name, one) => {
  const headers = new Headers();
  if (one.if_match !== undefined) headers.set("if-match", one.if_match);
  if (one.if_none_match !== undefined) headers.set("if-none-match", one.if_none_match);
  const method = one.ask === "read" ? "GET" : "PUT";
  const answer = await app.request(`/things/${one.rev ?? 0}`, { method, headers });
  expect(answer.status).toBe(one.status);
  if (answer.status === 304) expect([await answer.text(), answer.headers.get("etag")]).toEqual(["", '"7"']);
});
