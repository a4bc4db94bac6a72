import { createRoute } from "@hono/zod-openapi";
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { Platform } from "../../platform/context.ts";
import { body, json, problems, security } from "../../platform/http/documentation.ts";
import type { AppEnv, ServiceApp } from "../../platform/http/service-app.ts";
import { originOf } from "../signing-in/origin.ts";
import { setCookies } from "../signing-in/views.ts";
import type { InstitutionAdministration } from "./administration.ts";
import {
  doorList,
  type InstitutionView,
  institutionList,
  institutionPath,
  institutionRequest,
  institutionView,
  isOwnPath,
  startQuery,
} from "./schemas.ts";
import { flowSeconds, type Institution, type Institutions } from "./service.ts";

/** Lax, for the browser comes back from another site; it opens nothing but the flow that it began. */
const attributes = { httpOnly: true, secure: true, sameSite: "Lax", path: "/", prefix: "host" } as const;
const cookieName = "bw_oidc";
export const setBindingCookie = (c: Context, binding: string): void =>
  setCookie(c, cookieName, binding, { ...attributes, maxAge: flowSeconds });

export type InstitutionRouteParts = { institutions: Institutions; administration: InstitutionAdministration };

/** Signing in by an institution, and which institutions there are. */
export function institutionRoutes(app: ServiceApp, platform: Platform, parts: InstitutionRouteParts): void {
  flowRoutes(app, parts);
  administrationRoutes(app, platform, parts.administration);
}

function flowRoutes(app: ServiceApp, { institutions, administration }: InstitutionRouteParts): void {
  const doors = createRoute({
    method: "get",
    path: "/api/v1/auth/oidc",
    summary: "The institutions by which one may log in",
    responses: { 200: { description: "Their names", content: json(doorList) } },
  });
  app.openapi(doors, async (c) => {
    const items = (await administration.all()).map(({ id, name }) => ({ id, name }));
    return c.json({ items, next: null }, 200);
  });

  const start = createRoute({
    method: "get",
    path: "/api/v1/auth/oidc/{idp}/start",
    summary: "Log in at an institution: send the browser here",
    description:
      "The browser comes back to `return_to` with the refresh cookie, or with `sign_in` in its query, which says why " +
      "not: `not_vouched_for`, `address_not_verified`, `domain_not_allowed`, `link_needed` (log in as before, then link), " +
      "`awaits_approval`, `account_disabled`.",
    request: { params: institutionPath, query: startQuery },
    responses: { 302: { description: "On to the institution" }, ...problems(404, 422, 429, 503) },
  });
  app.openapi(start, async (c) => {
    const begun = await institutions.begin(c.req.valid("param").idp, c.req.valid("query").return_to, c.get("address"));
    setBindingCookie(c, begun.binding);
    return c.redirect(begun.url.href, 302);
  });

  // not by `openapi`: the institution sends the browser here, with parameters that are its own to choose
  app.get("/api/v1/auth/oidc/:idp/callback", (c) => arrived(c, institutions));
}

async function arrived(c: Context<AppEnv, "/:idp">, institutions: Institutions): Promise<Response> {
  const binding = getCookie(c, cookieName, "host") ?? "";
  deleteCookie(c, cookieName, attributes);
  const query = new URL(c.req.url).searchParams;
  const arrival = { idp: c.req.param("idp"), query, binding, from: originOf(c), traceparent: c.get("traceparent") };
  const { to, signedIn } = await institutions.finish(arrival);
  if (signedIn) setCookies(c, signedIn);
  return c.redirect(isOwnPath(to) ? to : "/", 302);
}

function administrationRoutes(app: ServiceApp, { need }: Platform, administration: InstitutionAdministration): void {
  const administrator = need("institution:write", { aal2: true });
  const list = createRoute({
    method: "get",
    path: "/api/v1/auth/institutions",
    summary: "The institutions as they are configured, without their secrets",
    security,
    middleware: administrator,
    responses: { 200: { description: "The institutions", content: json(institutionList) }, ...problems(401, 403) },
  });
  app.openapi(list, async (c) => c.json({ items: (await administration.all()).map(view), next: null }, 200));

  const put = createRoute({
    method: "put",
    path: "/api/v1/auth/institutions/{idp}",
    summary: "Configure an institution; without client_secret the one that is kept stays",
    security,
    middleware: administrator,
    request: { params: institutionPath, body: body(institutionRequest) },
    responses: {
      200: { description: "The institution", content: json(institutionView) },
      ...problems(400, 401, 403, 409, 413, 415, 422),
    },
  });
  app.openapi(put, async (c) => {
    const { client_id: clientId, client_secret: secret, acr, ...rest } = c.req.valid("json");
    const wanted = { id: c.req.valid("param").idp, clientId, secret, ...rest, ...(acr !== null && { acr }) };
    return c.json(view(await administration.put(wanted, c.get("caller").uid)), 200);
  });

  const remove = createRoute({
    method: "delete",
    path: "/api/v1/auth/institutions/{idp}",
    summary: "Remove an institution; the accounts of its people stay",
    security,
    middleware: administrator,
    request: { params: institutionPath },
    responses: { 204: { description: "Removed" }, ...problems(401, 403, 404, 422) },
  });
  app.openapi(remove, async (c) => {
    await administration.remove(c.req.valid("param").idp, c.get("caller").uid);
    return c.body(null, 204);
  });
}

function view({ id, name, issuer, clientId, domains, acr, role, approval }: Institution): InstitutionView {
  return institutionView.parse({ id, name, issuer, client_id: clientId, domains, acr: acr ?? null, role, approval });
}
