import { createRoute } from "@hono/zod-openapi";
import type { Platform } from "../platform/context.ts";
import { body, json, problems, security } from "../platform/http/documentation.ts";
import { pageQuery } from "../platform/http/paging.ts";
import { etag, preconditionIfSent, preconditionOf } from "../platform/http/preconditions.ts";
import { addDocument, newService, type ServiceApp } from "../platform/http/service-app.ts";
import * as schemas from "./schemas.ts";
import type { Chats } from "./service.ts";

export function chatRoutes(platform: Platform, chats: Chats): ServiceApp {
  const app = newService();
  addDocument(app, "/api/v1/chats/openapi.json", "Chat History Service");
  listRoutes(app, platform, chats);
  chatByIdRoutes(app, platform, chats);
  messageRoutes(app, platform, chats);
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
    request: { query: pageQuery },
    responses: { 200: { description: "A page", content: json(schemas.chatList) }, ...problems(401, 403, 422) },
  });
  app.openapi(list, async (c) => {
    const { uid } = c.get("caller");
    const { limit, cursor } = c.req.valid("query");
    const place = `chats|${uid}`;
    const page = await chats.page(uid, limit, cursors.open(cursor, place));
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

  const rename = createRoute({
    ...one,
    method: "patch",
    summary: "Rename a chat",
    request: { params: schemas.chatPath, headers: schemas.ifMatchHeader, body: body(schemas.chatPatch) },
    responses: { 200: done, ...problems(400, 401, 403, 404, 412, 413, 415, 422, 428) },
  });
  app.openapi(rename, async (c) => {
    const { title } = c.req.valid("json");
    const { rev, view } = await chats.rename(c.get("caller").uid, c.req.valid("param").id, title, preconditionOf(c));
    return c.json(view, 200, { etag: etag(rev) });
  });

  const remove = createRoute({
    ...one,
    method: "delete",
    summary: "Delete a chat with its messages",
    request: { params: schemas.chatPath, headers: schemas.ifMatchHeader },
    responses: { 204: { description: "Deleted" }, ...problems(401, 403, 404, 412, 422) },
  });
  app.openapi(remove, async (c) => {
    await chats.remove(c.get("caller").uid, c.req.valid("param").id, preconditionIfSent(c));
    return c.body(null, 204);
  });
}

function messageRoutes(app: ServiceApp, { need, cursors }: Platform, chats: Chats): void {
  const messages = { path: "/api/v1/chats/{id}/messages", security, middleware: need("chat:use") } as const;
  const stored = { content: json(schemas.messageView) };

  const append = createRoute({
    ...messages,
    method: "post",
    summary: "Append a message; its client-made ulid makes sending it twice harmless",
    request: { params: schemas.chatPath, body: body(schemas.newMessage) },
    responses: {
      200: { description: "It was there already", ...stored },
      201: { description: "Stored", ...stored },
      ...problems(400, 401, 403, 404, 409, 413, 415, 422),
    },
  });
  app.openapi(append, async (c) => {
    const { id } = c.req.valid("param");
    const { isNew, view } = await chats.append(c.get("caller").uid, id, c.req.valid("json"));
    return isNew ? c.json(view, 201) : c.json(view, 200);
  });

  const list = createRoute({
    ...messages,
    method: "get",
    summary: "Messages, newest first",
    request: { params: schemas.chatPath, query: pageQuery },
    responses: { 200: { description: "A page", content: json(schemas.messageList) }, ...problems(401, 403, 404, 422) },
  });
  app.openapi(list, async (c) => {
    const { id } = c.req.valid("param");
    const { limit, cursor } = c.req.valid("query");
    const place = `messages|${id}`;
    const page = await chats.messages(c.get("caller").uid, id, limit, cursors.open(cursor, place));
    return c.json({ items: page.items, next: cursors.seal(page.next, place) }, 200);
  });
}
