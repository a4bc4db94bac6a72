import { createRoute } from "@hono/zod-openapi";
import type { Platform } from "../../platform/context.ts";
import { body, json, problems, security } from "../../platform/http/documentation.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import * as schemas from "./schemas.ts";
import type { Retention } from "./service.ts";

export function retentionRoutes(app: ServiceApp, platform: Platform, retention: Retention): void {
  ownRoutes(app, platform, retention);
  holdRoutes(app, platform, retention);
  institutionRoute(app, platform, retention);
}

function ownRoutes(app: ServiceApp, { need }: Platform, retention: Retention): void {
  const all = { path: "/api/v1/chats/retention", security, middleware: need("chat:use") } as const;
  const done = { description: "How long chats are kept", content: json(schemas.retentionView) };

  const read = createRoute({
    ...all,
    method: "get",
    summary: "How long the caller's chats are kept",
    responses: { 200: done, ...problems(401, 403, 422) },
  });
  app.openapi(read, async (c) => c.json(await retention.read(c.get("caller").uid), 200));

  const want = createRoute({
    ...all,
    method: "put",
    summary: "Choose how long chats are kept: new ones, and those that are there",
    request: { body: body(schemas.newRetention) },
    responses: { 200: done, ...problems(400, 401, 403, 413, 415, 422) },
  });
  app.openapi(want, async (c) => {
    const { retention_days, apply_to_existing } = c.req.valid("json");
    return c.json(await retention.want(c.get("caller").uid, retention_days, apply_to_existing), 200);
  });
}

function holdRoutes(app: ServiceApp, { need }: Platform, retention: Retention): void {
  const ways = [
    { method: "put", isHeld: true, summary: "Hold the chats of a user: nothing of them can be deleted or ends" },
    { method: "post", isHeld: false, summary: "Release the chats of a user from a hold" },
  ] as const;
  for (const { method, isHeld, summary } of ways) {
    const route = createRoute({
      method,
      path: isHeld ? "/api/v1/chats/admin/holds/{uid}" : "/api/v1/chats/admin/holds/{uid}/release",
      summary,
      security,
      middleware: need("chat:hold", { aal2: true }),
      request: { params: schemas.holdPath, body: body(schemas.holdChange) },
      responses: { 204: { description: "Done, and audited" }, ...problems(400, 401, 403, 409, 413, 415, 422) },
    });
    app.openapi(route, async (c) => {
      await retention.hold(c.req.valid("param").uid, isHeld, c.get("caller").uid, c.req.valid("json").reason);
      return c.body(null, 204);
    });
  }
}

function institutionRoute(app: ServiceApp, { need }: Platform, retention: Retention): void {
  const set = createRoute({
    method: "put",
    path: "/api/v1/chats/admin/retention/{institution}",
    summary: "Set how long chats of an institution are kept at most",
    security,
    middleware: need("chat:hold", { aal2: true }),
    request: { params: schemas.institutionPath, body: body(schemas.institutionRule) },
    responses: {
      200: { description: "The rules of all institutions", content: json(schemas.institutionRules) },
      ...problems(400, 401, 403, 413, 415, 422),
    },
  });
  app.openapi(set, async (c) => {
    const { most_days } = c.req.valid("json");
    const { institution } = c.req.valid("param");
    return c.json(await retention.setInstitution(institution, most_days, c.get("caller").uid), 200);
  });
}
