import { createRoute } from "@hono/zod-openapi";
import type { Platform } from "../../platform/context.ts";
import { json, problems, security } from "../../platform/http/documentation.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import { analyticsView } from "./schemas.ts";
import type { ProfileAnalytics } from "./service.ts";

export function analyticsRoutes(app: ServiceApp, { need }: Platform, analytics: ProfileAnalytics): void {
  const read = createRoute({
    method: "get",
    path: "/api/v1/profiles/me/analytics",
    summary: "The caller's own figures; computed only while the privacy settings allow it",
    security,
    middleware: need("profile:self"),
    responses: { 200: { description: "The figures", content: json(analyticsView) }, ...problems(401, 403, 409) },
  });
  app.openapi(read, async (c) => c.json(await analytics.of(c.get("caller").uid), 200));
}
