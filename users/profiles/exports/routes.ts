import { createRoute, z } from "@hono/zod-openapi";
import { day } from "../../platform/clock.ts";
import type { Platform } from "../../platform/context.ts";
import { body, json, problems, security } from "../../platform/http/documentation.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import { exportRequest, exportView } from "./schemas.ts";
import type { Exports } from "./service.ts";

const path = "/api/v1/profiles/me/export";
const perDay = { scope: "account-export", max: 5, windowSeconds: day };
const file = z.string().openapi({ format: "binary" });

export function exportRoutes(app: ServiceApp, { need, limits }: Platform, exports: Exports): void {
  const begin = createRoute({
    method: "post",
    path,
    summary: "Have an archive made of all that is held on the caller",
    security,
    middleware: need("profile:self", { fresh: true }),
    request: { body: body(exportRequest) },
    responses: {
      202: { description: "It is being made", content: json(exportView) },
      ...problems(400, 401, 403, 409, 413, 415, 422, 429),
    },
  });
  app.openapi(begin, async (c) => {
    const { uid } = c.get("caller");
    await limits.take(perDay, uid);
    const { chunks: _, ...view } = await exports.begin(uid, c.req.valid("json").format);
    return c.json(view, 202, { location: path });
  });

  const status = createRoute({
    method: "get",
    path,
    summary: "How far the caller's archive is",
    security,
    middleware: need("profile:self"),
    responses: { 200: { description: "Its state", content: json(exportView) }, ...problems(401, 403, 404) },
  });
  app.openapi(status, async (c) => {
    const { chunks: _, ...view } = await exports.status(c.get("caller").uid);
    return c.json(view, 200);
  });

  contentRoute(app, need, exports);
}

function contentRoute(app: ServiceApp, need: Platform["need"], exports: Exports): void {
  const content = createRoute({
    method: "get",
    path: `${path}/content`,
    summary: "The caller's archive, until it expires",
    security,
    middleware: need("profile:self", { fresh: true }),
    responses: {
      200: {
        description: "The archive in the format that was asked for",
        content: { "application/zip": { schema: file }, "application/json": { schema: file } },
      },
      ...problems(401, 403, 404, 409),
    },
  });
  app.openapi(content, async (c) => {
    const { found, pieces } = await exports.content(c.get("caller").uid);
    const headers = {
      "content-type": found.format === "zip" ? "application/zip" : "application/json; charset=utf-8",
      "content-disposition": `attachment; filename="bellwether-${found.begun_at.slice(0, 10)}.${found.format}"`,
      "content-length": String(found.bytes),
      "cache-control": "no-store",
    };
    return c.body(streamOf(pieces), 200, headers);
  });
}

const streamOf = (pieces: AsyncGenerator<Uint8Array>) =>
  new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
