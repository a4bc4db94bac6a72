import { createRoute } from "@hono/zod-openapi";
import type { Platform } from "../platform/context.ts";
import { body, json, problems, security } from "../platform/http/documentation.ts";
import { etag, preconditionIfSent, preconditionOf } from "../platform/http/preconditions.ts";
import { addDocument, newService, type ServiceApp } from "../platform/http/service-app.ts";
import { analyticsRoutes } from "./analytics/routes.ts";
import type { ChatAnalytics } from "./analytics/service.ts";
import { documentationRoutes } from "./documentation/routes.ts";
import { exportRoutes } from "./exports/routes.ts";
import type { Exports } from "./exports/service.ts";
import { folderRoutes } from "./folders/routes.ts";
import type { Folders } from "./folders/service.ts";
import { importRoutes } from "./imports/routes.ts";
import type { Imports } from "./imports/service.ts";
import { messageRoutes } from "./messages/routes.ts";
import type { Messages } from "./messages/service.ts";
import { retentionRoutes } from "./retention/routes.ts";
import type { Retention } from "./retention/service.ts";
import { runRoutes } from "./runs/routes.ts";
import type { Runs } from "./runs/service.ts";
import * as schemas from "./schemas.ts";
import { searchRoutes } from "./search/routes.ts";
import type { Search } from "./search/service.ts";
import type { Chats } from "./service.ts";
import { type Readers, shareRoutes } from "./shares/routes.ts";
import type { Shares } from "./shares/service.ts";

export type ChatParts = {
  chats: Chats;
  messages: Messages;
  runs: Runs;
  shares: Shares;
  retention: Retention;
  search: Search;
  exports: Exports;
  imports: Imports;
  analytics: ChatAnalytics;
  folders: Folders;
} & Pick<Readers, "identify">;

export function chatRoutes(platform: Platform, parts: ChatParts & Readers): ServiceApp {
  const app = newService();
  const { chats, messages, runs, shares, retention, identify } = parts;
  addDocument(app, "/api/v1/chats/openapi.json", "Chat History Service");
  // whole names before those that hold an id
  shareRoutes(app, platform, shares, parts);
  retentionRoutes(app, platform, retention);
  searchRoutes(app, platform, parts.search);
  documentationRoutes(app, platform);
  exportRoutes(app, platform, parts.exports);
  importRoutes(app, platform, parts.imports);
  analyticsRoutes(app, platform, parts.analytics);
  folderRoutes(app, platform, parts.folders);
  listRoutes(app, platform, chats);
  chatByIdRoutes(app, platform, chats);
  messageRoutes(app, platform, messages);
  runRoutes(app, platform, messages, runs, identify);
  return app;
}

function listRoutes(app: ServiceApp, { need, once, cursors }: Platform, chats: Chats): void {
  const create = createRoute({
    method: "post",
    path: "/api/v1/chats",
    summary: "Start a chat",
    security,
    middleware: need("chat:use"),
    request: { headers: schemas.idempotencyHeader, body: body(schemas.newChat) },
    responses: {
      201: { description: "The chat", content: json(schemas.chatView) },
      ...problems(400, 401, 403, 409, 413, 415, 422),
    },
  });
  app.openapi(create, async (c) => {
    const told = await once(c, "chats", schemas.chatView, async () => {
      const { writes, refusal, rev, view } = await chats.create(c.get("caller").uid, c.req.valid("json"));
      return { writes, refusal, body: view, headers: { etag: etag(rev), location: `/api/v1/chats/${view.id}` } };
    });
    return c.json(told.body, 201, told.headers);
  });

  const list = createRoute({
    method: "get",
    path: "/api/v1/chats",
    summary: "The caller's chats, the last used first",
    security,
    middleware: need("chat:use"),
    request: { query: schemas.chatQuery },
    responses: { 200: { description: "A page", content: json(schemas.chatList) }, ...problems(401, 403, 422) },
  });
  app.openapi(list, async (c) => {
    const { uid } = c.get("caller");
    const { limit, cursor, ...filter } = c.req.valid("query");
    const place = `chats|${uid}|${JSON.stringify(filter)}`;
    const page = await chats.page(uid, limit, cursors.open(cursor, place), filter);
    return c.json({ items: page.items, next: cursors.seal(page.next, place) }, 200);
  });
}

function chatByIdRoutes(app: ServiceApp, { need }: Platform, chats: Chats): void {
  const one = { path: "/api/v1/chats/{id}", security, middleware: need("chat:use") } as const;
  const done = { description: "The chat, with its ETag", content: json(schemas.chatView) };

  const read = createRoute({
    ...one,
    method: "get",
    summary: "One chat of the caller",
    request: { params: schemas.chatPath },
    responses: { 200: done, ...problems(401, 403, 404, 422) },
  });
  app.openapi(read, async (c) => {
    const { rev, view } = await chats.get(c.get("caller").uid, c.req.valid("param").id);
    return c.json(view, 200, { etag: etag(rev) });
  });

  const change = createRoute({
    ...one,
    method: "patch",
    summary: "Change what its owner says of a chat: title, folder, farm, facts, pin, archive",
    request: { params: schemas.chatPath, headers: schemas.ifMatchHeader, body: body(schemas.chatPatch) },
    responses: { 200: done, ...problems(400, 401, 403, 404, 412, 413, 415, 422, 428) },
  });
  app.openapi(change, async (c) => {
    const { uid } = c.get("caller");
    const { rev, view } = await chats.change(uid, c.req.valid("param").id, c.req.valid("json"), preconditionOf(c));
    return c.json(view, 200, { etag: etag(rev) });
  });

  const remove = createRoute({
    ...one,
    method: "delete",
    summary: "Delete a chat with its messages",
    request: { params: schemas.chatPath, headers: schemas.ifMatchHeader },
    responses: { 204: { description: "Deleted" }, ...problems(401, 403, 404, 409, 412, 422) },
  });
  app.openapi(remove, async (c) => {
    await chats.remove(c.get("caller").uid, c.req.valid("param").id, preconditionIfSent(c));
    return c.body(null, 204);
  });
}
