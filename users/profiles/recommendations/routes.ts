import { createRoute } from "@hono/zod-openapi";
import type { Platform } from "../../platform/context.ts";
import { json, problems, security } from "../../platform/http/documentation.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import { recommendationList } from "./schemas.ts";
import type { Recommendations } from "./service.ts";

export function recommendationRoutes(app: ServiceApp, { need }: Platform, recommendations: Recommendations): void {
  const list = createRoute({
    method: "get",
    path: "/api/v1/profiles/me/recommendations",
    summary: "What the caller could do next, with the reason; computed only while the privacy settings allow it",
    security,
    middleware: need("profile:self"),
    responses: {
      200: { description: "The most urgent first", content: json(recommendationList) },
      ...problems(401, 403, 409),
    },
  });
  app.openapi(list, async (c) => {
    const { uid, roles } = c.get("caller");
    return c.json({ items: await recommendations.of(uid, roles) }, 200);
  });
}
