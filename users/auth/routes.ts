import { createRoute } from "@hono/zod-openapi";
import type { Platform } from "../platform/context.ts";
import { body, byCookie, json, problems } from "../platform/http/documentation.ts";
import { needSecret } from "../platform/http/need.ts";
import { limitHeaders } from "../platform/http/rate-limits.ts";
import { addDocument, newService, type ServiceApp } from "../platform/http/service-app.ts";
import { accountRoutes } from "./account-routes.ts";
import {
  clearRefreshCookie,
  cookieHeaders,
  deviceCookie,
  ownRefreshCookie,
  refreshCookieName,
  setDeviceCookie,
  setRefreshCookie,
} from "./cookie.ts";
import { deviceLabel } from "./device-label.ts";
import { addressRoutes, type PublicParts, publicRoutes } from "./public-routes.ts";
import {
  accepted,
  credentials,
  registration,
  roleGrant,
  rotatedView,
  tokenView,
  userView,
  verification,
} from "./schemas.ts";
import type { Auth } from "./service.ts";
import { tokens, view } from "./views.ts";

export function authRoutes(platform: Platform, auth: Auth, parts: PublicParts): ServiceApp {
  const app = newService();
  addDocument(app, "/api/v1/auth/openapi.json", "User Authentication Service");
  app.openAPIRegistry.registerComponent("securitySchemes", "refresh_cookie", {
    type: "apiKey",
    in: "cookie",
    name: refreshCookieName,
  });
  loginRoutes(app, platform, auth);
  cookieRoutes(app, platform, auth);
  accountRoutes(app, platform, auth);
  operatorRoutes(app, platform, auth, parts);
  publicRoutes(app, platform, parts);
  addressRoutes(app, platform, auth);
  return app;
}

function loginRoutes(app: ServiceApp, { settings }: Platform, auth: Auth): void {
  const register = createRoute({
    method: "post",
    path: "/api/v1/auth/register",
    summary: "Register; the answer is the same for known and unknown addresses",
    request: { body: body(registration) },
    responses: { 202: { description: "Accepted", content: json(accepted) }, ...problems(400, 413, 415, 422, 429) },
  });
  app.openapi(register, async (c) => {
    const traceparent = c.get("traceparent");
    const taken = await auth.register({ ...c.req.valid("json"), address: c.get("address"), traceparent });
    return c.json({ status: "accepted" } as const, 202, limitHeaders(taken));
  });

  const login = createRoute({
    method: "post",
    path: "/api/v1/auth/login",
    summary: "Log in: an access token, and the refresh token as a cookie",
    request: { body: body(credentials) },
    responses: {
      200: { description: "Logged in", content: json(tokenView) },
      ...problems(400, 401, 409, 413, 415, 422, 429),
    },
  });
  app.openapi(login, async (c) => {
    const device = deviceLabel(c.req.header("user-agent"));
    const done = await auth.login({
      ...c.req.valid("json"),
      address: c.get("address"),
      device,
      knownDevice: deviceCookie(c),
    });
    setRefreshCookie(c, done.refreshToken, done.maxAgeSeconds);
    if (done.newDevice) setDeviceCookie(c, done.newDevice);
    return c.json(tokens(done, settings.AUTH_ACCESS_TOKEN_SECONDS), 200, limitHeaders(done.taken));
  });
}

function cookieRoutes(app: ServiceApp, { settings }: Platform, auth: Auth): void {
  const refresh = createRoute({
    method: "post",
    path: "/api/v1/auth/refresh",
    summary: "A new access token for the refresh cookie, which changes with each use",
    security: byCookie,
    request: { headers: cookieHeaders },
    description: "Needs an allowed `Origin` and `x-bw-csrf: 1`. On 409 `refresh_race` wait a moment and try once more.",
    responses: { 200: { description: "Refreshed", content: json(tokenView) }, ...problems(401, 403, 409) },
  });
  app.openapi(refresh, async (c) => {
    const done = await auth.refresh(ownRefreshCookie(c, settings.allowedOrigins));
    setRefreshCookie(c, done.refreshToken, done.maxAgeSeconds);
    return c.json(tokens(done, settings.AUTH_ACCESS_TOKEN_SECONDS), 200);
  });

  const logout = createRoute({
    method: "post",
    path: "/api/v1/auth/logout",
    summary: "End the session of the refresh cookie",
    security: byCookie,
    request: { headers: cookieHeaders },
    description: "Needs an allowed `Origin` and `x-bw-csrf: 1`.",
    responses: { 204: { description: "Logged out" }, ...problems(401, 403) },
  });
  app.openapi(logout, async (c) => {
    await auth.logout(ownRefreshCookie(c, settings.allowedOrigins));
    clearRefreshCookie(c);
    return c.body(null, 204);
  });
}

function operatorRoutes(app: ServiceApp, { settings }: Platform, auth: Auth, { keys }: PublicParts): void {
  const operator = needSecret("Operator", settings.operatorSecret);
  const grant = createRoute({
    method: "post",
    path: "/api/v1/auth/operator/roles",
    hide: true,
    summary: "Set the roles of a user; only on the service's own port",
    middleware: operator,
    request: { body: body(roleGrant) },
    responses: {
      200: { description: "The user", content: json(userView) },
      ...problems(400, 401, 404, 409, 413, 415, 422),
    },
  });
  app.openapi(grant, async (c) => {
    const { email, roles } = c.req.valid("json");
    return c.json(view(await auth.setRoles(email, roles, c.get("traceparent"))), 200);
  });

  const verify = createRoute({
    method: "post",
    path: "/api/v1/auth/operator/addresses",
    hide: true,
    summary: "Say whether an address is the user's own; only on the service's own port",
    middleware: operator,
    request: { body: body(verification) },
    responses: { 204: { description: "Stored" }, ...problems(400, 401, 404, 409, 413, 415, 422) },
  });
  app.openapi(verify, async (c) => {
    const { email, verified } = c.req.valid("json");
    await auth.setVerified(email, verified);
    return c.body(null, 204);
  });

  const rotate = createRoute({
    method: "post",
    path: "/api/v1/auth/operator/keys/rotate",
    hide: true,
    summary: "Promote the next signing key now, if it has been published for 300 s",
    middleware: operator,
    responses: { 200: { description: "Whether it happened", content: json(rotatedView) }, ...problems(401) },
  });
  app.openapi(rotate, async (c) => c.json({ rotated: await keys.rotate(true) }, 200));
}
