import { createRoute, z } from "@hono/zod-openapi";
import type { Platform } from "../../platform/context.ts";
import { problems, security } from "../../platform/http/documentation.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import { chatPath } from "../schemas.ts";
import { type Exported, type Exports, formats } from "./service.ts";

const formatQuery = z.object({ format: z.enum(formats).default("json").openapi({ example: "md" }) });
const text = { schema: z.string() };
const file = {
  description: "The file",
  content: {
    "application/json": { schema: z.looseObject({}) },
    "text/markdown": text,
    "text/plain": text,
    "application/pdf": { schema: z.string().openapi({ format: "binary" }) },
  },
};

export function exportRoutes(app: ServiceApp, { need, limits, settings }: Platform, exports: Exports): void {
  const limit = { scope: "chat-exports", max: settings.CHATS_EXPORTS_LIMIT_USER, windowSeconds: 60 };
  const one = createRoute({
    method: "get",
    path: "/api/v1/chats/{id}/export",
    summary: "A chat as a file",
    security,
    middleware: need("chat:use"),
    request: { params: chatPath, query: formatQuery },
    responses: { 200: file, ...problems(401, 403, 404, 422, 429) },
  });
  app.openapi(one, async (c) => {
    const { uid } = c.get("caller");
    await limits.take(limit, uid);
    return download(await exports.of(uid, c.req.valid("param").id, c.req.valid("query").format));
  });

  const all = createRoute({
    method: "get",
    path: "/api/v1/chats/export",
    summary: "All chats of the caller as one file, the last used first",
    security,
    middleware: need("chat:use"),
    request: { query: formatQuery },
    responses: { 200: file, ...problems(401, 403, 422, 429) },
  });
  app.openapi(all, async (c) => {
    const { uid } = c.get("caller");
    await limits.take(limit, uid);
    return download(await exports.all(uid, c.req.valid("query").format));
  });
}

const download = ({ type, name, body }: Exported) =>
  new Response(body, {
    headers: {
      "content-type": type,
      "content-disposition": `attachment; filename="${name}"`,
      "cache-control": "no-store",
    },
  });
