import { createRoute } from "@hono/zod-openapi";
import type { Platform } from "../../platform/context.ts";
import { json, problems, security } from "../../platform/http/documentation.ts";
import { pageQuery } from "../../platform/http/paging.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import { activityList } from "./schemas.ts";
import type { Activities } from "./service.ts";

export function activityRoutes(app: ServiceApp, { need, cursors }: Platform, activities: Activities): void {
  const list = createRoute({
    method: "get",
    path: "/api/v1/profiles/me/activity",
    summary: "What the caller did since the privacy settings keep it, newest first; 90 days and 200 entries at most",
    security,
    middleware: need("profile:self"),
    request: { query: pageQuery },
    responses: { 200: { description: "A page", content: json(activityList) }, ...problems(401, 403, 409, 422) },
  });
  app.openapi(list, async (c) => {
    const { uid } = c.get("caller");
    const { limit, cursor } = c.req.valid("query");
    const place = `activity|${uid}`;
    const page = await activities.page(uid, limit, cursors.open(cursor, place));
    return c.json({ items: page.items, next: cursors.seal(page.next, place) }, 200);
  });
}
