import { createRoute } from "@hono/zod-openapi";
import type { Platform } from "../../platform/context.ts";
import { body, json, problems, security } from "../../platform/http/documentation.ts";
import { etag } from "../../platform/http/preconditions.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import { chatView } from "../schemas.ts";
import { chatFile } from "./schemas.ts";
import type { Imports } from "./service.ts";

export function importRoutes(app: ServiceApp, { need, limits, settings }: Platform, imports: Imports): void {
  const limit = { scope: "chat-imports", max: settings.CHATS_EXPORTS_LIMIT_USER, windowSeconds: 60 };
  const chat = { content: json(chatView) };
  const bring = createRoute({
    method: "post",
    path: "/api/v1/chats/import",
    summary: "Bring in a chat that was taken as JSON; the same file gives the same chat",
    security,
    middleware: need("chat:use"),
    request: { body: body(chatFile) },
    responses: {
      200: { description: "It was there already, and was left as it is", ...chat },
      201: { description: "The chat", ...chat },
      ...problems(400, 401, 403, 409, 413, 415, 422, 429),
    },
  });
  app.openapi(bring, async (c) => {
    const { uid } = c.get("caller");
    await limits.take(limit, uid);
    const { isNew, rev, view } = await imports.bring(uid, c.req.valid("json"));
    const headers = { etag: etag(rev), location: `/api/v1/chats/${view.id}` };
    return isNew ? c.json(view, 201, headers) : c.json(view, 200, headers);
  });
}
