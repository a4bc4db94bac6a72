import { createRoute } from "@hono/zod-openapi";
import type { Platform } from "../../platform/context.ts";
import { body, byCookie, json, problems } from "../../platform/http/documentation.ts";
import { limitHeaders } from "../../platform/http/rate-limits.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import { challengeView, mfaAnswer } from "../factors/schemas.ts";
import { clearRefreshCookie, cookieHeaders, ownRefreshCookie } from "./cookie.ts";
import { originOf } from "./origin.ts";
import { credentials, tokenView } from "./schemas.ts";
import { isChallenge, type SigningIn } from "./service.ts";
import { sessionIn } from "./views.ts";

/** How a session starts, goes on and ends. */
export function signingInRoutes(app: ServiceApp, platform: Platform, signingIn: SigningIn): void {
  loginRoutes(app, platform, signingIn);
  secondFactorRoute(app, platform, signingIn);
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
      202: { description: "The second factor is asked for: POST /api/v1/auth/mfa", content: json(challengeView) },
      ...problems(400, 401, 403, 409, 413, 415, 422, 429),
    },
  });
  app.openapi(login, async (c) => {
    const from = originOf(c);
    const { outcome, taken } = await signingIn.login({ ...c.req.valid("json"), address: c.get("address"), from });
    if (isChallenge(outcome)) {
      const { challenge, seconds: expires_in, offer } = outcome;
      return c.json({ challenge, expires_in, ...offer, passkey: offer.passkey && { ...offer.passkey } }, 202, {
        ...limitHeaders(taken),
      });
    }
    return c.json(sessionIn(c, outcome, settings), 200, limitHeaders(taken));
  });
}

function secondFactorRoute(app: ServiceApp, { settings }: Platform, signingIn: SigningIn): void {
  const mfa = createRoute({
    method: "post",
    path: "/api/v1/auth/mfa",
    summary: "Show the second factor that a sign-in waits for; five tries",
    request: { body: body(mfaAnswer) },
    responses: {
      200: { description: "Logged in", content: json(tokenView) },
      ...problems(400, 401, 409, 413, 415, 422, 429),
    },
  });
  app.openapi(mfa, async (c) => {
    const { challenge, ...given } = c.req.valid("json");
    return c.json(sessionIn(c, await signingIn.answer(challenge, given, originOf(c)), settings), 200);
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
    return c.json(sessionIn(c, done, settings), 200);
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
