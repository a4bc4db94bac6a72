import { createRoute } from "@hono/zod-openapi";
import { isoTime } from "../../platform/clock.ts";
import type { Platform } from "../../platform/context.ts";
import { body, json, problems, security } from "../../platform/http/documentation.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import { setBindingCookie } from "../institutions/routes.ts";
import { identityList, identityPath, linkRequest, linkView } from "../institutions/schemas.ts";
import type { Institutions } from "../institutions/service.ts";
import type { Identities } from "./service.ts";

/** The institutions that open one's own account. */
export function identityRoutes(
  app: ServiceApp,
  { need }: Platform,
  institutions: Institutions,
  identities: Identities,
): void {
  const list = createRoute({
    method: "get",
    path: "/api/v1/auth/identities",
    summary: "The institutions that open the caller's account",
    security,
    middleware: need("session:self"),
    responses: { 200: { description: "The identities", content: json(identityList) }, ...problems(401, 403) },
  });
  app.openapi(list, async (c) => {
    const found = await identities.of(c.get("caller").uid);
    const items = found.map(({ id, idp, linked }) => ({ id, institution: idp, linked_at: isoTime(linked * 1000) }));
    return c.json({ items, next: null }, 200);
  });

  linkRoute(app, { need }, institutions);

  const remove = createRoute({
    method: "delete",
    path: "/api/v1/auth/identities/{id}",
    summary: "Take an institution away from the account, unless it is the last way in",
    security,
    middleware: need("session:self", { fresh: true }),
    request: { params: identityPath },
    responses: { 204: { description: "Taken away" }, ...problems(401, 403, 404, 409, 422) },
  });
  app.openapi(remove, async (c) => {
    await identities.remove(c.get("caller").uid, c.req.valid("param").id);
    return c.body(null, 204);
  });
}

function linkRoute(app: ServiceApp, { need }: Pick<Platform, "need">, institutions: Institutions): void {
  const link = createRoute({
    method: "post",
    path: "/api/v1/auth/identities",
    summary: "Link the account to a person at an institution: send the browser to the address in the answer",
    security,
    middleware: need("session:self", { fresh: true }),
    request: { body: body(linkRequest) },
    responses: {
      200: { description: "Where to go on", content: json(linkView) },
      ...problems(400, 401, 403, 404, 413, 415, 422, 429, 503),
    },
  });
  app.openapi(link, async (c) => {
    const { idp, return_to } = c.req.valid("json");
    const { uid, sid } = c.get("caller");
    const begun = await institutions.begin(idp, return_to, c.get("address"), { uid, sid });
    setBindingCookie(c, begun.binding);
    return c.json({ url: begun.url.href }, 200);
  });
}
