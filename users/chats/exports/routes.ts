import { createRoute, z } from "@hono/zod-openapi";
import type { Platform } from "../../platform/context.ts";
import { problems, security } from "../../platform/http/documentation.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import { chatPath } from "../schemas.ts";
import { type Exports, formats } from "./service.ts";

export function exportRoutes(app: ServiceApp, { need, limits, settings }: Platform, exports: Exports): void {
  const limit = { scope: "chat-exports", max: settings.CHATS_EXPORTS_LIMIT_USER, windowSeconds: 60 };
  const text = { schema: z.string() };
  const take = createRoute({
    method: "get",
    path: "/api/v1/chats/{id}/export",
    summary: "A chat as a file",
    security,
    middleware: need("chat:use"),
    request: {
      params: chatPath,
      query: z.object({ format: z.enum(formats).default("json").openapi({ example: "md" }) }),
    },
    responses: {
      200: {
        description: "The file",
        content: { "application/json": { schema: z.looseObject({}) }, "text/markdown": text, "text/plain": text },
      },
      ...problems(401, 403, 404, 422, 429),
    },
  });
  app.openapi(take, async (c) => {
    const { uid } = c.get("caller");
    await limits.take(limit, uid);
    const file = await exports.of(uid, c.req.valid("param").id, c.req.valid("query").format);
    return new Response(file.text, {
      headers: {
        "content-type": file.type,
        "content-disposition": `attachment; filename="${file.name}"`,
        "cache-control": "no-store",
      },
    });
  });
}
