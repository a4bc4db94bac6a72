import { createRoute } from "@hono/zod-openapi";
import type { Platform } from "../platform/context.ts";
import { body, json, problems, security } from "../platform/http/documentation.ts";
import type { ServiceApp } from "../platform/http/service-app.ts";
import { setRefreshCookie } from "./cookie.ts";
import { deviceLabel } from "./device-label.ts";
import { endedView, meView, passwordChange, tokenView } from "./schemas.ts";
import type { Auth } from "./service.ts";
import { tokens, view } from "./views.ts";

/** What people do with their own account while logged in. */
export function accountRoutes(app: ServiceApp, { settings, need }: Platform, auth: Auth): void {
  const me = createRoute({
    method: "get",
    path: "/api/v1/auth/me",
    summary: "The caller and the session of the token",
    security,
    middleware: need("profile:self"),
    responses: { 200: { description: "The caller", content: json(meView) }, ...problems(401, 403) },
  });
  app.openapi(me, async (c) => {
    const { uid, sid, acr, authTime, exp } = c.get("caller");
    const session = { id: sid, acr, auth_time: authTime, expires_at: exp };
    return c.json({ ...view(await auth.me(uid)), session }, 200);
  });

  const password = createRoute({
    method: "put",
    path: "/api/v1/auth/password",
    summary: "Change the password; all sessions end and a new one starts",
    security,
    middleware: need("session:self"),
    request: { body: body(passwordChange) },
    responses: {
      200: { description: "A new session", content: json(tokenView) },
      ...problems(400, 401, 403, 409, 413, 415, 422, 429),
    },
  });
  app.openapi(password, async (c) => {
    const { current, new: next } = c.req.valid("json");
    const device = deviceLabel(c.req.header("user-agent"));
    const done = await auth.changePassword(c.get("caller").uid, { current, next, device });
    setRefreshCookie(c, done.refreshToken, done.maxAgeSeconds);
    return c.json(tokens(done, settings.AUTH_ACCESS_TOKEN_SECONDS), 200);
  });

  const everywhere = createRoute({
    method: "post",
    path: "/api/v1/auth/logout-all",
    summary: "End all of the caller's sessions, this one too",
    security,
    middleware: need("session:self"),
    responses: { 200: { description: "How many ended", content: json(endedView) }, ...problems(401, 403, 409) },
  });
  app.openapi(everywhere, async (c) => c.json({ ended: await auth.logoutEverywhere(c.get("caller").uid) }, 200));
}
