import { createRoute } from "@hono/zod-openapi";
import type { Platform } from "../../platform/context.ts";
import { body, json, problems, security } from "../../platform/http/documentation.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import { begunErasureView, erasureView, receiptRequest } from "./schemas.ts";
import type { Erasures } from "./service.ts";

const statusLimit = { scope: "erasure-status", max: 60, windowSeconds: 60 };

export function erasureRoutes(app: ServiceApp, { need, limits }: Platform, erasures: Erasures): void {
  const erase = createRoute({
    method: "delete",
    path: "/api/v1/profiles/me",
    summary: "Erase the caller's account and all that is held on them; it cannot be taken back",
    security,
    middleware: need("profile:self", { fresh: true }),
    responses: {
      202: { description: "The account is closed, the erasure runs", content: json(begunErasureView) },
      ...problems(401, 403, 409),
    },
  });
  app.openapi(erase, async (c) => {
    return c.json(await erasures.begin(c.get("caller").uid), 202, { "cache-control": "no-store" });
  });

  const status = createRoute({
    method: "post",
    path: "/api/v1/profiles/erasure-status",
    summary: "How far an erasure is, for whoever has its receipt",
    request: { body: body(receiptRequest) },
    responses: {
      200: { description: "Its state", content: json(erasureView) },
      ...problems(400, 404, 413, 415, 422, 429),
    },
  });
  app.openapi(status, async (c) => {
    await limits.take(statusLimit, c.get("address"));
    return c.json(await erasures.status(c.req.valid("json").receipt), 200);
  });
}
