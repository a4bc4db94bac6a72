import { createRoute } from "@hono/zod-openapi";
import type { Platform } from "../../platform/context.ts";
import { body, json, problems, security } from "../../platform/http/documentation.ts";
import { needSecret } from "../../platform/http/need.ts";
import { pageQuery } from "../../platform/http/paging.ts";
import { etag, preconditionOf } from "../../platform/http/preconditions.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import type { Erasures } from "../erasure/service.ts";
import { ifMatchHeader } from "../schemas.ts";
import { consentPage, consentsPatch, consentsView, erasedPage } from "./schemas.ts";
import type { PersonConsents } from "./service.ts";

const path = "/api/v1/profiles/me/consents";
const done = { description: "What the caller lets research see, with its ETag", content: json(consentsView) };

export function consentRoutes(app: ServiceApp, { need }: Platform, consents: PersonConsents): void {
  const read = createRoute({
    method: "get",
    path,
    summary: "Whether what the caller consented to for farms is shown to research projects",
    security,
    middleware: need("profile:self"),
    responses: { 200: done, ...problems(401, 403) },
  });
  app.openapi(read, async (c) => {
    const { rev, value } = await consents.read(c.get("caller").uid);
    return c.json(value, 200, { etag: etag(rev) });
  });

  const change = createRoute({
    method: "patch",
    path,
    summary: "Withdraw all that the caller consented to of a kind, or let it count again; obeyed within seconds",
    security,
    middleware: need("profile:self"),
    request: { headers: ifMatchHeader, body: body(consentsPatch) },
    responses: { 200: done, ...problems(400, 401, 403, 412, 413, 415, 422, 428) },
  });
  app.openapi(change, async (c) => {
    const { uid } = c.get("caller");
    const patch = c.req.valid("json");
    const { rev, value } = await consents.change(uid, patch, preconditionOf(c), c.get("traceparent"));
    return c.json(value, 200, { etag: etag(rev) });
  });
}

/** For the other services, which compare what they hold with what stands here: an event may be lost with a database. */
export function reconciliationRoutes(
  app: ServiceApp,
  { settings, cursors }: Platform,
  { consents, erasures }: { consents: PersonConsents; erasures: Erasures },
): void {
  const middleware = needSecret("Service", settings.serviceSecret);
  const request = { query: pageQuery };

  const all = createRoute({
    method: "get",
    path: "/api/v1/profiles/internal/consents",
    hide: true,
    summary: "What every person who has said anything lets research see (service-to-service)",
    middleware,
    request,
    responses: { 200: { description: "A page", content: json(consentPage) }, ...problems(401, 422) },
  });
  app.openapi(all, async (c) => {
    const { limit, cursor } = c.req.valid("query");
    const page = await consents.page(limit, cursors.open(cursor, "consents"));
    return c.json({ items: page.items, next: cursors.seal(page.next, "consents") }, 200);
  });

  const erased = createRoute({
    method: "get",
    path: "/api/v1/profiles/internal/erased",
    hide: true,
    summary: "Who has been erased (service-to-service)",
    middleware,
    request,
    responses: { 200: { description: "A page", content: json(erasedPage) }, ...problems(401, 422) },
  });
  app.openapi(erased, async (c) => {
    const { limit, cursor } = c.req.valid("query");
    const page = await erasures.page(limit, cursors.open(cursor, "erased"));
    return c.json({ items: page.items, next: cursors.seal(page.next, "erased") }, 200);
  });
}
