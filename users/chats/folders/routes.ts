import { createRoute } from "@hono/zod-openapi";
import type { Platform } from "../../platform/context.ts";
import { body, json, problems, security } from "../../platform/http/documentation.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import { idempotencyHeader } from "../schemas.ts";
import { folderList, folderPath, folderView, newFolder } from "./schemas.ts";
import type { Folders } from "./service.ts";

export function folderRoutes(app: ServiceApp, platform: Platform, folders: Folders): void {
  listRoutes(app, platform, folders);
  oneRoutes(app, platform, folders);
}

function listRoutes(app: ServiceApp, { need, once }: Platform, folders: Folders): void {
  const all = { path: "/api/v1/chats/folders", security, middleware: need("chat:use") } as const;

  const create = createRoute({
    ...all,
    method: "post",
    summary: "Make a folder for chats",
    request: { headers: idempotencyHeader, body: body(newFolder) },
    responses: {
      201: { description: "The folder", content: json(folderView) },
      ...problems(400, 401, 403, 409, 413, 415, 422),
    },
  });
  app.openapi(create, async (c) => {
    const told = await once(c, "chat-folders", folderView, async () => {
      const { view, writes, refusal } = await folders.create(c.get("caller").uid, c.req.valid("json").name);
      return { writes, refusal, body: view, headers: { location: `/api/v1/chats/folders/${view.id}` } };
    });
    return c.json(told.body, 201, told.headers);
  });

  const list = createRoute({
    ...all,
    method: "get",
    summary: "The caller's folders, the oldest first",
    responses: { 200: { description: "All of them", content: json(folderList) }, ...problems(401, 403) },
  });
  app.openapi(list, async (c) => c.json({ items: await folders.all(c.get("caller").uid), next: null }, 200));
}

function oneRoutes(app: ServiceApp, { need }: Platform, folders: Folders): void {
  const one = { path: "/api/v1/chats/folders/{folder}", security, middleware: need("chat:use") } as const;

  const rename = createRoute({
    ...one,
    method: "put",
    summary: "Name a folder anew",
    request: { params: folderPath, body: body(newFolder) },
    responses: {
      200: { description: "The folder", content: json(folderView) },
      ...problems(400, 401, 403, 404, 413, 415, 422),
    },
  });
  app.openapi(rename, async (c) => {
    const { folder } = c.req.valid("param");
    return c.json(await folders.rename(c.get("caller").uid, folder, c.req.valid("json").name), 200);
  });

  const remove = createRoute({
    ...one,
    method: "delete",
    summary: "Delete a folder; its chats stay",
    request: { params: folderPath },
    responses: { 204: { description: "Deleted" }, ...problems(401, 403, 404, 422) },
  });
  app.openapi(remove, async (c) => {
    await folders.remove(c.get("caller").uid, c.req.valid("param").folder);
    return c.body(null, 204);
  });
}
