import { createRoute } from "@hono/zod-openapi";
import { streamSSE } from "hono/streaming";
import type { Platform } from "../../platform/context.ts";
import { body, json, problems, security } from "../../platform/http/documentation.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import type { Messages } from "../messages/service.ts";
import type { RunEvent } from "./models.ts";
import * as schemas from "./schemas.ts";
import type { Runs } from "./service.ts";

/** Looks again at a token; throws when it or its session has ended. */
export type StillGood = (token: string) => Promise<unknown>;
const lookEveryMs = 5_000;
const bearer = (header: string | undefined) => header?.split(" ")[1] ?? "";

export function runRoutes(
  app: ServiceApp,
  platform: Platform,
  messages: Messages,
  runs: Runs,
  stillGood: StillGood,
): void {
  startAndStop(app, platform, messages, runs);
  followRoute(app, platform, runs, stillGood);
}

function startAndStop(app: ServiceApp, { need }: Platform, messages: Messages, runs: Runs): void {
  const all = { security, middleware: need("chat:use") } as const;
  const run = { description: "The run", content: json(schemas.runView) };

  const start = createRoute({
    ...all,
    method: "post",
    path: "/api/v1/chats/{id}/runs",
    summary: "Start an answer; it goes on without the caller, one at a time in a chat",
    request: { params: schemas.runPath.pick({ id: true }), body: body(schemas.newRun) },
    responses: { 202: run, ...problems(400, 401, 403, 404, 409, 413, 415, 422, 429) },
  });
  app.openapi(start, async (c) => {
    const { uid, roles } = c.get("caller");
    const { id } = c.req.valid("param");
    const { message, language, ...wanted } = c.req.valid("json");
    if (message) await messages.append(uid, id, message);
    const asked = { uid, roles, token: bearer(c.req.header("authorization")), language };
    const parent = wanted.parent ?? message?.id;
    const { view } = await runs.start(asked, id, { ...wanted, parent });
    return c.json(view, 202, { location: `/api/v1/chats/${id}/runs/${view.run}` });
  });

  const stop = createRoute({
    ...all,
    method: "post",
    path: "/api/v1/chats/{id}/runs/{run}/stop",
    summary: "Stop an answer at its source; what was said is kept",
    request: { params: schemas.runPath },
    responses: { 202: run, ...problems(401, 403, 404, 422) },
  });
  app.openapi(stop, async (c) => {
    const { id, run } = c.req.valid("param");
    return c.json(await runs.stop(c.get("caller").uid, run, id), 202);
  });
}

function followRoute(app: ServiceApp, { need }: Platform, runs: Runs, stillGood: StillGood): void {
  const follow = createRoute({
    security,
    middleware: need("chat:use"),
    method: "get",
    path: "/api/v1/chats/{id}/runs/{run}",
    summary:
      "The answer as it comes: server-sent events `delta` {seq, d} after the one that is named, then `done` or `error`",
    request: { params: schemas.runPath, query: schemas.followQuery },
    responses: {
      200: { description: "Events", content: { "text/event-stream": { schema: { type: "string" } } } },
      ...problems(401, 403, 404, 422),
    },
  });
  app.openapi(follow, async (c) => {
    const { id, run } = c.req.valid("param");
    const token = bearer(c.req.header("authorization"));
    const left = new AbortController();
    const events = await runs.follow(c.get("caller").uid, run, c.req.valid("query").after, left.signal, id);
    return streamSSE(c, async (stream) => {
      stream.onAbort(() => left.abort());
      // a line of its own keeps proxies from taking a thinking model for a dead connection
      const look = setInterval(() => {
        stillGood(token).then(
          () => stream.write(": ping\n\n"),
          () => left.abort(),
        );
      }, lookEveryMs);
      try {
        for await (const event of events) await stream.writeSSE(told(event));
      } finally {
        clearInterval(look);
      }
    });
  });
}

function told(event: RunEvent) {
  if ("d" in event) return { event: "delta", id: String(event.seq), data: JSON.stringify(event) };
  return { event: event.done.code === null ? "done" : "error", data: JSON.stringify(event.done) };
}
