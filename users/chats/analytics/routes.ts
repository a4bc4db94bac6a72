import { createRoute } from "@hono/zod-openapi";
import type { Platform } from "../../platform/context.ts";
import { json, problems, security } from "../../platform/http/documentation.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import { chatDays, daysQuery, platformDays } from "./schemas.ts";
import type { ChatAnalytics } from "./service.ts";

export function analyticsRoutes(app: ServiceApp, { need }: Platform, analytics: ChatAnalytics): void {
  const own = createRoute({
    method: "get",
    path: "/api/v1/chats/analytics",
    summary: "The caller's answers by day: how many, how fast, their tokens and what she said of them",
    description: "Days are those of UTC. Feedback counts on the day of its answer. Kept for 400 days.",
    security,
    middleware: need("chat:use"),
    request: { query: daysQuery },
    responses: { 200: { description: "The latest day first", content: json(chatDays) }, ...problems(401, 403, 422) },
  });
  app.openapi(own, async (c) => {
    const items = await analytics.ofUser(c.get("caller").uid, c.req.valid("query").days);
    return c.json({ items, next: null }, 200);
  });

  const all = createRoute({
    method: "get",
    path: "/api/v1/chats/metrics",
    summary: "Answers of the platform by day, by role and by topic, without anything that was said",
    description:
      "Days are those of UTC; feedback counts on the day on which it is given. Each process adds every 10 s.",
    security,
    middleware: need("metrics:read", { programs: true }),
    request: { query: daysQuery },
    responses: {
      200: { description: "The latest day first", content: json(platformDays) },
      ...problems(401, 403, 422),
    },
  });
  app.openapi(all, async (c) => {
    const items = await analytics.ofPlatform(c.req.valid("query").days);
    return c.json({ items, next: null }, 200);
  });
}
