import { createRoute } from "@hono/zod-openapi";
import type { Platform } from "../../platform/context.ts";
import { json, problems, security } from "../../platform/http/documentation.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import { type ActivityView, activityList, type DayView, dayList, daysQuery } from "./schemas.ts";
import { type Activity, type Day, type SessionFigures, sum } from "./service.ts";

export function figureRoutes(app: ServiceApp, { need }: Platform, figures: SessionFigures): void {
  const days = createRoute({
    method: "get",
    path: "/api/v1/sessions/metrics",
    summary: "Sessions of the platform by day: active, started by method, refused, ended, flagged",
    description: "Days are those of UTC. Each process adds what it counted every 10 s.",
    security,
    middleware: need("metrics:read", { programs: true }),
    request: { query: daysQuery },
    responses: { 200: { description: "The latest day first", content: json(dayList) }, ...problems(401, 403, 422) },
  });
  app.openapi(days, async (c) => {
    const found = await figures.lastDays(c.req.valid("query").days);
    return c.json({ items: found.map(dayOf), next: null }, 200);
  });

  const activity = createRoute({
    method: "get",
    path: "/api/v1/sessions/activity",
    summary: "When the caller's sessions started and ended, and where from",
    description: "The newest 100 of the last 400 days.",
    security,
    middleware: need("session:self"),
    responses: { 200: { description: "Newest first", content: json(activityList) }, ...problems(401, 403) },
  });
  app.openapi(activity, async (c) => {
    const found = await figures.activity(c.get("caller").uid);
    return c.json({ items: found.map(activityOf), next: null }, 200);
  });
}

const dayOf = ({ day, active, started, refused, ended, flagged }: Day): DayView => ({
  day,
  active,
  started: sum(started),
  refused: sum(refused),
  started_by_method: started,
  refused_by_reason: refused,
  ended_by_reason: ended,
  flagged,
});

const activityOf = ({ at, event, sid, device, country, amr, flags, why }: Activity): ActivityView => ({
  at,
  event,
  session_id: sid ?? null,
  device: device ?? null,
  country: country ?? null,
  methods: amr,
  flags,
  reason: why ?? null,
});
