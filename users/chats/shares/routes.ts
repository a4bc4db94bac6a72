import { createRoute } from "@hono/zod-openapi";
import type { Platform } from "../../platform/context.ts";
import { body, json, problems, security } from "../../platform/http/documentation.ts";
import { pageQuery } from "../../platform/http/paging.ts";
import type { Limit } from "../../platform/http/rate-limits.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import type { Caller } from "../../platform/identity/tokens.ts";
import { chatPath } from "../schemas.ts";
import { type ReaderOf, sharedPageRoutes } from "./pages.ts";
import * as schemas from "./schemas.ts";
import type { Shares } from "./service.ts";

/** Who a token is of; throws when it or its session has ended. */
export type Identify = (token: string) => Promise<Caller>;

export type Readers = { identify: Identify; readerOf: ReaderOf };

export function shareRoutes(
  app: ServiceApp,
  platform: Platform,
  shares: Shares,
  { identify, readerOf }: Readers,
): void {
  const max = platform.settings.CHATS_OPEN_LIMIT_ADDRESS;
  const limit = { scope: "shared-open", max, windowSeconds: 60 };
  ownRoutes(app, platform, shares);
  openRoute(app, platform, limit, shares, identify);
  sharedPageRoutes(app, platform, limit, shares, readerOf);
}

function ownRoutes(app: ServiceApp, { need, cursors }: Platform, shares: Shares): void {
  const all = { security, middleware: need("chat:share") } as const;

  const make = createRoute({
    ...all,
    method: "post",
    path: "/api/v1/chats/{id}/shares",
    summary: "Make a link to a chat as it is now; later messages stay private",
    request: { params: chatPath, body: body(schemas.newShare) },
    responses: {
      201: { description: "The link, shown once", content: json(schemas.madeShare) },
      ...problems(400, 401, 403, 404, 409, 413, 415, 422),
    },
  });
  app.openapi(make, async (c) =>
    c.json(await shares.make(c.get("caller").uid, c.req.valid("param").id, c.req.valid("json")), 201),
  );

  const list = createRoute({
    ...all,
    method: "get",
    path: "/api/v1/chats/shares",
    summary: "The caller's links, the next to end first",
    request: { query: pageQuery },
    responses: { 200: { description: "A page", content: json(schemas.shareList) }, ...problems(401, 403, 422) },
  });
  app.openapi(list, async (c) => {
    const { uid } = c.get("caller");
    const { limit, cursor } = c.req.valid("query");
    const place = `shares|${uid}`;
    const page = await shares.page(uid, limit, cursors.open(cursor, place));
    return c.json({ items: page.items, next: cursors.seal(page.next, place) }, 200);
  });

  const revoke = createRoute({
    ...all,
    method: "delete",
    path: "/api/v1/chats/shares/{share}",
    summary: "Revoke a link at once",
    request: { params: schemas.sharePath },
    responses: { 204: { description: "Revoked" }, ...problems(401, 403, 404, 422) },
  });
  app.openapi(revoke, async (c) => {
    await shares.revoke(c.get("caller").uid, c.req.valid("param").share);
    return c.body(null, 204);
  });
}

function openRoute(app: ServiceApp, { limits }: Platform, limit: Limit, shares: Shares, identify: Identify): void {
  const open = createRoute({
    method: "post",
    path: "/api/v1/chats/shared/open",
    summary:
      "Read a shared chat with what stands behind the # of its link; with an access token where its audience asks",
    request: { body: body(schemas.opening) },
    responses: {
      200: { description: "The chat", content: json(schemas.sharedChat) },
      ...problems(400, 401, 404, 413, 415, 422, 429),
    },
  });
  app.openapi(open, async (c) => {
    await limits.take(limit, c.get("address"));
    const [scheme, token] = (c.req.header("authorization") ?? "").split(" ");
    const isShown = scheme?.toLowerCase() === "bearer" && token;
    const reader = isShown ? await identify(token).catch(() => undefined) : undefined;
    return c.json(await shares.open(c.req.valid("json").token, reader?.uid), 200);
  });
}
