import { createRoute } from "@hono/zod-openapi";
import type { Platform } from "../../platform/context.ts";
import { body, json, problems, security } from "../../platform/http/documentation.ts";
import { needSecret } from "../../platform/http/need.ts";
import { limitHeaders } from "../../platform/http/rate-limits.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import { originOf } from "../signing-in/origin.ts";
import { tokenView } from "../signing-in/schemas.ts";
import { sessionIn } from "../signing-in/views.ts";
import {
  accepted,
  addressView,
  endedView,
  meView,
  passwordChange,
  registration,
  standingView,
  userPath,
} from "./schemas.ts";
import type { Accounts } from "./service.ts";
import { view } from "./views.ts";

/** What people do about their account. */
export function accountRoutes(app: ServiceApp, platform: Platform, accounts: Accounts): void {
  registrationRoutes(app, accounts);
  ownRoutes(app, platform, accounts);
  addressRoutes(app, platform, accounts);
}

function registrationRoutes(app: ServiceApp, accounts: Accounts): void {
  const register = createRoute({
    method: "post",
    path: "/api/v1/auth/register",
    summary: "Register; the answer is the same for known and unknown addresses",
    request: { body: body(registration) },
    responses: { 202: { description: "Accepted", content: json(accepted) }, ...problems(400, 413, 415, 422, 429) },
  });
  app.openapi(register, async (c) => {
    const traceparent = c.get("traceparent");
    const taken = await accounts.register({ ...c.req.valid("json"), address: c.get("address"), traceparent });
    return c.json({ status: "accepted" } as const, 202, limitHeaders(taken));
  });
}

function ownRoutes(app: ServiceApp, { settings, need }: Platform, accounts: Accounts): void {
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
    return c.json({ ...view(await accounts.me(uid)), session }, 200);
  });

  const password = createRoute({
    method: "put",
    path: "/api/v1/auth/password",
    summary: "Change the password; all sessions end and a new one starts",
    description: "Who has a second factor needs a session of two factors. The new session is as sure as the caller's.",
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
    const done = await accounts.changePassword(c.get("caller"), { current, next, from: originOf(c) });
    return c.json(sessionIn(c, done, settings), 200);
  });

  const everywhere = createRoute({
    method: "post",
    path: "/api/v1/auth/logout-all",
    summary: "End all of the caller's sessions, this one too",
    security,
    middleware: need("session:self"),
    responses: { 200: { description: "How many ended", content: json(endedView) }, ...problems(401, 403, 409) },
  });
  app.openapi(everywhere, async (c) => c.json({ ended: await accounts.logoutEverywhere(c.get("caller").uid) }, 200));
}

/** What a service asks before an address decides something: an unknown user and an unverified address look alike. */
function addressRoutes(app: ServiceApp, { settings }: Platform, accounts: Accounts): void {
  const address = createRoute({
    method: "get",
    path: "/api/v1/auth/internal/addresses/{uid}",
    hide: true,
    summary: "The verified address of a user, or null; for services only",
    middleware: needSecret("Service", settings.serviceSecret),
    request: { params: userPath },
    responses: { 200: { description: "The address", content: json(addressView) }, ...problems(401, 422) },
  });
  app.openapi(address, async (c) => c.json({ email: await accounts.verifiedAddress(c.req.valid("param").uid) }, 200));
  const standing = createRoute({
    method: "get",
    path: "/api/v1/auth/internal/accounts/{uid}",
    hide: true,
    summary: "Whether an account is there and not disabled; for services only",
    middleware: needSecret("Service", settings.serviceSecret),
    request: { params: userPath },
    responses: { 200: { description: "How it stands", content: json(standingView) }, ...problems(401, 422) },
  });
  app.openapi(standing, async (c) => c.json({ active: await accounts.isActive(c.req.valid("param").uid) }, 200));
}
