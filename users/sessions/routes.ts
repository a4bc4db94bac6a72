import { createRoute } from "@hono/zod-openapi";
import { isoTime } from "../platform/clock.ts";
import type { Platform } from "../platform/context.ts";
import { json, problems, security } from "../platform/http/documentation.ts";
import { addDocument, newService, type ServiceApp } from "../platform/http/service-app.ts";
import { notFound } from "../platform/problems.ts";
import { administrationRoutes } from "./administration-routes.ts";
import { figureRoutes } from "./figures/routes.ts";
import type { SessionFigures } from "./figures/service.ts";
import { endedView, metricsView, sessionList, sessionPath } from "./schemas.ts";
import type { Sessions } from "./service.ts";
import { view } from "./views.ts";

export function sessionRoutes(platform: Platform, sessions: Sessions, figures: SessionFigures): ServiceApp {
  const app = newService();
  addDocument(app, "/api/v1/sessions/openapi.json", "Session Management Service");
  allRoutes(app, platform, sessions);
  statisticsRoutes(app, platform);
  figureRoutes(app, platform, figures);
  administrationRoutes(app, platform, sessions);
  oneRoutes(app, platform, sessions);
  return app;
}

function allRoutes(app: ServiceApp, { need }: Platform, sessions: Sessions): void {
  const list = createRoute({
    method: "get",
    path: "/api/v1/sessions",
    summary: "The caller's living sessions",
    security,
    middleware: need("session:self"),
    responses: {
      200: { description: "Newest first", content: json(sessionList) },
      ...problems(401, 403),
    },
  });
  app.openapi(list, async (c) => {
    const { uid, sid } = c.get("caller");
    const found = await sessions.list(uid);
    return c.json({ items: found.map((session) => view(session, sid)), next: null }, 200);
  });

  const endOthers = createRoute({
    method: "delete",
    path: "/api/v1/sessions",
    summary: "End all of the caller's other sessions",
    security,
    middleware: need("session:self"),
    responses: {
      200: { description: "How many ended", content: json(endedView) },
      ...problems(401, 403),
    },
  });
  app.openapi(endOthers, async (c) => {
    const { uid, sid } = c.get("caller");
    return c.json({ ended: await sessions.endAll(uid, "revoked", sid) }, 200);
  });
}

function statisticsRoutes(app: ServiceApp, { need, metrics, clock }: Platform): void {
  const startedAt = isoTime(clock());
  const totals = createRoute({
    method: "get",
    path: "/api/v1/sessions/statistics",
    summary: "Session events of this process since it started",
    security,
    middleware: need("metrics:read"),
    responses: {
      200: { description: "Counts by event", content: json(metricsView) },
      ...problems(401, 403),
    },
  });
  app.openapi(totals, async (c) => c.json({ since: startedAt, events: await metrics.sessionEvents() }, 200));
}

function oneRoutes(app: ServiceApp, { need }: Platform, sessions: Sessions): void {
  const endOne = createRoute({
    method: "delete",
    path: "/api/v1/sessions/{sid}",
    summary: "End one of the caller's sessions",
    security,
    middleware: need("session:self"),
    request: { params: sessionPath },
    responses: { 204: { description: "Ended" }, ...problems(401, 403, 404, 422) },
  });
  app.openapi(endOne, async (c) => {
    const ended = await sessions.end(c.get("caller").uid, c.req.valid("param").sid, "revoked");
    if (!ended) throw notFound("session");
    return c.body(null, 204);
  });
}
