import { createRoute } from "@hono/zod-openapi";
import type { Platform } from "../platform/context.ts";
import { json, problems, security } from "../platform/http/documentation.ts";
import type { ServiceApp } from "../platform/http/service-app.ts";
import { notFound } from "../platform/problems.ts";
import { endedView, sessionList, sessionOfUserPath, userPath } from "./schemas.ts";
import type { Sessions } from "./service.ts";
import { view } from "./views.ts";

/** What an administrator, by two factors, may see and end of anybody's sessions; each end is in that user's audit. */
export function administrationRoutes(app: ServiceApp, { need, log }: Platform, sessions: Sessions): void {
  const any = { security, middleware: need("session:revoke:any", { aal2: true }) } as const;
  const list = createRoute({
    ...any,
    method: "get",
    path: "/api/v1/sessions/users/{uid}",
    summary: "A user's living sessions",
    request: { params: userPath },
    responses: { 200: { description: "Newest first", content: json(sessionList) }, ...problems(401, 403, 422) },
  });
  app.openapi(list, async (c) => {
    const found = await sessions.list(c.req.valid("param").uid);
    return c.json({ items: found.map((session) => view(session, c.get("caller").sid)), next: null }, 200);
  });

  const endAll = createRoute({
    ...any,
    method: "delete",
    path: "/api/v1/sessions/users/{uid}",
    summary: "End all of a user's sessions",
    request: { params: userPath },
    responses: { 200: { description: "How many ended", content: json(endedView) }, ...problems(401, 403, 422) },
  });
  app.openapi(endAll, async (c) => {
    const { uid } = c.req.valid("param");
    const caller = c.get("caller");
    const ended = await sessions.endAll(uid, "administrator", uid === caller.uid ? caller.sid : undefined);
    log("info", "sessions_ended_by_administrator", { user: uid, by: caller.uid, ended });
    return c.json({ ended }, 200);
  });

  const endOne = createRoute({
    ...any,
    method: "delete",
    path: "/api/v1/sessions/users/{uid}/{sid}",
    summary: "End one of a user's sessions",
    request: { params: sessionOfUserPath },
    responses: { 204: { description: "Ended" }, ...problems(401, 403, 404, 422) },
  });
  app.openapi(endOne, async (c) => {
    const { uid, sid } = c.req.valid("param");
    if (!(await sessions.end(uid, sid, "administrator"))) throw notFound("session");
    log("info", "session_ended_by_administrator", { user: uid, session: sid, by: c.get("caller").uid });
    return c.body(null, 204);
  });
}
