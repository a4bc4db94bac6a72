import { createRoute } from "@hono/zod-openapi";
import type { Platform } from "../../platform/context.ts";
import { body, json, problems, security } from "../../platform/http/documentation.ts";
import { pageQuery } from "../../platform/http/paging.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import { chatPath } from "../schemas.ts";
import * as schemas from "./schemas.ts";
import type { Messages } from "./service.ts";

export function messageRoutes(app: ServiceApp, platform: Platform, messages: Messages): void {
  listRoutes(app, platform, messages);
  branchRoutes(app, platform, messages);
}

function listRoutes(app: ServiceApp, { need, cursors }: Platform, messages: Messages): void {
  const all = { path: "/api/v1/chats/{id}/messages", security, middleware: need("chat:use") } as const;
  const stored = { content: json(schemas.messageView) };

  const append = createRoute({
    ...all,
    method: "post",
    summary: "Append a message; its client-made ulid makes sending it twice harmless",
    request: { params: chatPath, body: body(schemas.newMessage) },
    responses: {
      200: { description: "It was there already", ...stored },
      201: { description: "Stored", ...stored },
      ...problems(400, 401, 403, 404, 409, 413, 415, 422),
    },
  });
  app.openapi(append, async (c) => {
    const { id } = c.req.valid("param");
    const { isNew, view } = await messages.append(c.get("caller").uid, id, c.req.valid("json"));
    return isNew ? c.json(view, 201) : c.json(view, 200);
  });

  const list = createRoute({
    ...all,
    method: "get",
    summary: "Messages, newest first: all, or those of one branch",
    request: { params: chatPath, query: schemas.messageQuery },
    responses: { 200: { description: "A page", content: json(schemas.messageList) }, ...problems(401, 403, 404, 422) },
  });
  app.openapi(list, async (c) => {
    const { id } = c.req.valid("param");
    const { limit, cursor, branch } = c.req.valid("query");
    const { uid } = c.get("caller");
    const place = `messages|${id}|${branch ?? ""}`;
    const after = cursors.open(cursor, place);
    const page = branch
      ? await messages.branch(uid, id, branch, limit, after)
      : await messages.page(uid, id, limit, after);
    return c.json({ items: page.items, next: cursors.seal(page.next, place) }, 200);
  });
}

function branchRoutes(app: ServiceApp, { need, cursors }: Platform, messages: Messages): void {
  const all = { security, middleware: need("chat:use") } as const;

  const branches = createRoute({
    ...all,
    method: "get",
    path: "/api/v1/chats/{id}/branches",
    summary: "The branches of a chat, the one with the newest end first",
    request: { params: chatPath, query: pageQuery },
    responses: { 200: { description: "A page", content: json(schemas.branchList) }, ...problems(401, 403, 404, 422) },
  });
  app.openapi(branches, async (c) => {
    const { id } = c.req.valid("param");
    const { limit, cursor } = c.req.valid("query");
    const place = `branches|${id}`;
    const page = await messages.branches(c.get("caller").uid, id, limit, cursors.open(cursor, place));
    return c.json({ items: page.items, next: cursors.seal(page.next, place) }, 200);
  });

  const remove = createRoute({
    ...all,
    method: "delete",
    path: "/api/v1/chats/{id}/messages/{message}",
    summary: "Delete a message and all that follows it; other branches stay",
    request: { params: schemas.messagePath },
    responses: { 204: { description: "Deleted" }, ...problems(401, 403, 404, 409, 422) },
  });
  app.openapi(remove, async (c) => {
    const { id, message } = c.req.valid("param");
    await messages.removeBranch(c.get("caller").uid, id, message);
    return c.body(null, 204);
  });

  const judge = createRoute({
    ...all,
    method: "put",
    path: "/api/v1/chats/{id}/messages/{message}/feedback",
    summary: "Say whether an answer was good",
    request: { params: schemas.messagePath, body: body(schemas.newFeedback) },
    responses: {
      200: { description: "The answer", content: json(schemas.messageView) },
      ...problems(400, 401, 403, 404, 409, 413, 415, 422),
    },
  });
  app.openapi(judge, async (c) => {
    const { id, message } = c.req.valid("param");
    return c.json(await messages.judge(c.get("caller"), id, message, c.req.valid("json")), 200);
  });
}
