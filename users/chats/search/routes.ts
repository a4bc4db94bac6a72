import { createRoute } from "@hono/zod-openapi";
import type { Platform } from "../../platform/context.ts";
import { json, problems, security } from "../../platform/http/documentation.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import * as schemas from "./schemas.ts";
import type { Search } from "./service.ts";

export function searchRoutes(app: ServiceApp, { need, cursors }: Platform, search: Search): void {
  const find = createRoute({
    method: "get",
    path: "/api/v1/chats/search",
    summary: "The caller's chats that hold all words, those begun last first",
    security,
    middleware: need("chat:use"),
    request: { query: schemas.searchQuery },
    responses: { 200: { description: "A page", content: json(schemas.searchResult) }, ...problems(401, 403, 422) },
  });
  app.openapi(find, async (c) => {
    const { uid } = c.get("caller");
    const { q, limit, cursor } = c.req.valid("query");
    const place = `search|${uid}|${q}`;
    const { items, searched, isComplete, next } = await search.find(uid, q, limit, cursors.open(cursor, place));
    return c.json({ items, n_searched: searched, is_complete: isComplete, next: cursors.seal(next, place) }, 200);
  });
}
