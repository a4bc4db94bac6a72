import { createRoute } from "@hono/zod-openapi";
import type { Platform } from "../../platform/context.ts";
import { json, problems, security } from "../../platform/http/documentation.ts";
import { pageQuery } from "../../platform/http/paging.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import { markedView, notificationList, notificationPath, notificationView } from "./schemas.ts";
import type { Notifications } from "./service.ts";

export function notificationRoutes(app: ServiceApp, { need, cursors }: Platform, notifications: Notifications): void {
  const middleware = need("profile:self");

  const list = createRoute({
    method: "get",
    path: "/api/v1/profiles/notifications",
    summary: "The caller's notifications, newest first",
    security,
    middleware,
    request: { query: pageQuery },
    responses: { 200: { description: "A page", content: json(notificationList) }, ...problems(401, 403, 422) },
  });
  app.openapi(list, async (c) => {
    const { uid } = c.get("caller");
    const { limit, cursor } = c.req.valid("query");
    const place = `notifications|${uid}`;
    const page = await notifications.page(uid, limit, cursors.open(cursor, place));
    return c.json({ items: page.items, next: cursors.seal(page.next, place), unread: page.unread }, 200);
  });

  const markAll = createRoute({
    method: "post",
    path: "/api/v1/profiles/notifications/read-all",
    summary: "Mark all of the caller's notifications read",
    security,
    middleware,
    responses: { 200: { description: "How many were unread", content: json(markedView) }, ...problems(401, 403) },
  });
  app.openapi(markAll, async (c) => c.json({ marked: await notifications.markAllRead(c.get("caller").uid) }, 200));

  const markOne = createRoute({
    method: "post",
    path: "/api/v1/profiles/notifications/{id}/read",
    summary: "Mark one notification read; doing it again changes nothing",
    security,
    middleware,
    request: { params: notificationPath },
    responses: {
      200: { description: "The notification", content: json(notificationView) },
      ...problems(401, 403, 404, 422),
    },
  });
  app.openapi(markOne, async (c) => {
    const marked = await notifications.markRead(c.get("caller").uid, c.req.valid("param").id);
    return c.json(marked, 200);
  });
}
