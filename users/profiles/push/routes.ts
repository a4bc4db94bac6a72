import { createRoute } from "@hono/zod-openapi";
import type { Platform } from "../../platform/context.ts";
import { body, json, problems, security } from "../../platform/http/documentation.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import { newSubscription, pushKeyView, subscribedView, subscriptionList, subscriptionPath } from "./schemas.ts";
import type { PushNotices } from "./service.ts";

const path = "/api/v1/profiles/push/subscriptions";

export function pushRoutes(app: ServiceApp, platform: Platform, push: PushNotices): void {
  const middleware = platform.need("profile:self");

  const key = createRoute({
    method: "get",
    path: "/api/v1/profiles/push/key",
    summary: "The key by which a browser knows the platform's push messages (applicationServerKey)",
    security,
    middleware,
    responses: { 200: { description: "The public key", content: json(pushKeyView) }, ...problems(401, 403) },
  });
  app.openapi(key, async (c) => c.json({ public_key: await push.publicKey() }, 200));

  const subscribe = createRoute({
    method: "post",
    path,
    summary: "Have a browser of the caller told by push; the same one again changes nothing",
    security,
    middleware,
    request: { body: body(newSubscription) },
    responses: {
      200: { description: "It was there", content: json(subscribedView) },
      201: { description: "It is told from now on", content: json(subscribedView) },
      ...problems(400, 401, 403, 409, 413, 415, 422),
    },
  });
  app.openapi(subscribe, async (c) => {
    const { id, isNew } = await push.subscribe(c.get("caller").uid, c.req.valid("json"));
    return c.json({ id }, isNew ? 201 : 200);
  });
  ownRoutes(app, platform, push);
}

function ownRoutes(app: ServiceApp, { need }: Platform, push: PushNotices): void {
  const list = createRoute({
    method: "get",
    path,
    summary: "Browsers of the caller that are told by push",
    security,
    middleware: need("profile:self"),
    responses: { 200: { description: "All of them", content: json(subscriptionList) }, ...problems(401, 403) },
  });
  app.openapi(list, async (c) => c.json({ items: await push.list(c.get("caller").uid), next: null }, 200));

  const remove = createRoute({
    method: "delete",
    path: `${path}/{id}`,
    summary: "Tell a browser no more",
    security,
    middleware: need("profile:self"),
    request: { params: subscriptionPath },
    responses: { 204: { description: "Done" }, ...problems(401, 403, 404, 422) },
  });
  app.openapi(remove, async (c) => {
    await push.unsubscribe(c.get("caller").uid, c.req.valid("param").id);
    return c.body(null, 204);
  });
}
