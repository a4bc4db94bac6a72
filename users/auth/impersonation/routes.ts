import { createRoute } from "@hono/zod-openapi";
import { isoTime } from "../../platform/clock.ts";
import type { Platform } from "../../platform/context.ts";
import { body, json, problems, security } from "../../platform/http/documentation.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import { impersonationSeconds } from "../../platform/identity/tokens.ts";
import { reasonGiven, userIdPath } from "../administration/schemas.ts";
import { impersonationList, impersonationOfPath, impersonationPath, startedView } from "./schemas.ts";
import type { Impersonation, Impersonations } from "./service.ts";

/** Seeing the platform as a user does: administrators begin it, the user sees it, both end it. */
export function impersonationRoutes(app: ServiceApp, platform: Platform, impersonations: Impersonations): void {
  administratorRoutes(app, platform, impersonations);
  ownRoutes(app, platform, impersonations);
}

function administratorRoutes(app: ServiceApp, { need }: Platform, impersonations: Impersonations): void {
  const middleware = need("user:impersonate", { aal2: true });
  const start = createRoute({
    method: "post",
    path: "/api/v1/auth/admin/users/{id}/impersonate",
    summary: "See what a user sees, for 15 minutes and to read only; the user is told, with the reason",
    description:
      "The token takes GET, HEAD and posted questions. It reads no chats and no factors, counts as no fresh sign-in, " +
      "and ends with the administrator's session. Nobody acts as an administrator.",
    security,
    middleware,
    request: { params: userIdPath, body: body(reasonGiven) },
    responses: {
      201: { description: "The token", content: json(startedView) },
      ...problems(400, 401, 403, 404, 409, 413, 415, 422, 429),
    },
  });
  app.openapi(start, async (c) => {
    const { reason } = c.req.valid("json");
    const asked = { target: c.req.valid("param").id, reason, traceparent: c.get("traceparent") };
    const { impersonation, accessToken, scopes } = await impersonations.start(c.get("caller"), asked);
    const token = { access_token: accessToken, token_type: "Bearer" as const, expires_in: impersonationSeconds };
    return c.json({ ...view(impersonation), ...token, scope: scopes.join(" ") }, 201);
  });

  const end = createRoute({
    method: "delete",
    path: "/api/v1/auth/admin/users/{uid}/impersonations/{id}",
    summary: "End an impersonation of a user before its time",
    security,
    middleware,
    request: { params: impersonationOfPath },
    responses: { 204: { description: "Ended" }, ...problems(401, 403, 404, 422) },
  });
  app.openapi(end, async (c) => {
    const { uid, id } = c.req.valid("param");
    await impersonations.end(uid, id, c.get("caller").uid);
    return c.body(null, 204);
  });
}

function ownRoutes(app: ServiceApp, { need }: Platform, impersonations: Impersonations): void {
  const middleware = need("session:self");
  const list = createRoute({
    method: "get",
    path: "/api/v1/auth/impersonations",
    summary: "The administrators' looks at the caller's account that go on now; those of before are in the audit",
    security,
    middleware,
    responses: { 200: { description: "Those that go on", content: json(impersonationList) }, ...problems(401, 403) },
  });
  app.openapi(list, async (c) => {
    const items = (await impersonations.list(c.get("caller").uid)).map(view);
    return c.json({ items, next: null }, 200);
  });

  const end = createRoute({
    method: "delete",
    path: "/api/v1/auth/impersonations/{id}",
    summary: "End an administrator's look at the caller's account",
    security,
    middleware,
    request: { params: impersonationPath },
    responses: { 204: { description: "Ended" }, ...problems(401, 403, 404, 422) },
  });
  app.openapi(end, async (c) => {
    const { uid } = c.get("caller");
    await impersonations.end(uid, c.req.valid("param").id, uid);
    return c.body(null, 204);
  });
}

/** Users see the reason, not which administrator it is. */
function view({ id, reason, started, exp }: Impersonation) {
  return { id, reason, started_at: isoTime(started * 1000), ends_at: isoTime(exp * 1000) };
}
