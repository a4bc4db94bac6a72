import { createRoute } from "@hono/zod-openapi";
import type { Platform } from "../../platform/context.ts";
import { body, byCookie, json, problems } from "../../platform/http/documentation.ts";
import { limitHeaders } from "../../platform/http/rate-limits.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import {
  clearRefreshCookie,
  cookieHeaders,
  deviceCookie,
  ownRefreshCookie,
  setDeviceCookie,
  setRefreshCookie,
} from "./cookie.ts";
import { deviceLabel } from "./device-label.ts";
import { credentials, tokenView } from "./schemas.ts";
import type { SigningIn } from "./service.ts";
import { tokens } from "./views.ts";

/** How a session starts, goes on and ends. */
export function signingInRoutes(app: ServiceApp, platform: Platform, signingIn: SigningIn): void {
  loginRoutes(app, platform, signingIn);
  cookieRoutes(app, platform, signingIn);
}

function loginRoutes(app: ServiceApp, { settings }: Platform, signingIn: SigningIn): void {
  const login = createRoute({
    method: "post",
    path: "/api/v1/auth/login",
    summary: "Log in: an access token, and the refresh token as a cookie",
    request: { body: body(credentials) },
    responses: {
      200: { description: "Logged in", content: json(tokenView) },
      ...problems(400, 401, 403, 409, 413, 415, 422, 429),
    },
  });
  app.openapi(login, async (c) => {
    const device = deviceLabel(c.req.header("user-agent"));
    const done = await signingIn.login({
      ...c.req.valid("json"),
      address: c.get("address"),
      device,
      knownDevice: deviceCookie(c),
      place: c.get("place"),
    });
    setRefreshCookie(c, done.refreshToken, done.maxAgeSeconds);
    if (done.newDevice) setDeviceCookie(c, done.newDevice);
    return c.json(tokens(done, settings.AUTH_ACCESS_TOKEN_SECONDS), 200, limitHeaders(done.taken));
  });
}

function cookieRoutes(app: ServiceApp, { settings }: Platform, signingIn: SigningIn): void {
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
    const done = await signingIn.refresh(ownRefreshCookie(c, settings.allowedOrigins));
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
    await signingIn.logout(ownRefreshCookie(c, settings.allowedOrigins));
    clearRefreshCookie(c);
    return c.body(null, 204);
  });
}
