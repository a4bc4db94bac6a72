import { createRoute, z } from "@hono/zod-openapi";
import type { Platform } from "../../platform/context.ts";
import { problems, security } from "../../platform/http/documentation.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import { notFound } from "../../platform/problems.ts";
import { library } from "./library.ts";

const name = z
  .string()
  .min(1)
  .max(200)
  .openapi({ description: "A page of the documentation, as citations name it", example: "how-to/import-a-flock" });

export function documentationRoutes(app: ServiceApp, { need }: Platform): void {
  const read = createRoute({
    method: "get",
    path: "/api/v1/chats/documentation",
    summary: "A page of the documentation that ships with the platform",
    security,
    middleware: need("chat:use"),
    request: { query: z.object({ page: name }) },
    responses: {
      200: { description: "The page", content: { "text/markdown": { schema: z.string() } } },
      ...problems(401, 403, 404, 422),
    },
  });
  app.openapi(read, async (c) => {
    const text = await library.page(c.req.valid("query").page);
    if (text === undefined) throw notFound("page of the documentation");
    return c.body(text, 200, { "content-type": "text/markdown; charset=utf-8" });
  });
}
