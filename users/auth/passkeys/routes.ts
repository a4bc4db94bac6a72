import { createRoute } from "@hono/zod-openapi";
import { isoTime } from "../../platform/clock.ts";
import type { Platform } from "../../platform/context.ts";
import { body, json, problems, security } from "../../platform/http/documentation.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import { originOf } from "../signing-in/origin.ts";
import { tokenView } from "../signing-in/schemas.ts";
import { sessionIn } from "../signing-in/views.ts";
import {
  newPasskey,
  optionsView,
  passkeyList,
  passkeyName,
  passkeyPath,
  passkeySignIn,
  passkeyView,
  registeredView,
} from "./schemas.ts";
import type { Passkeys, StoredPasskey } from "./service.ts";

const fresh = { fresh: true } as const;

/** Passkeys: in by one, and the caller's own. */
export function passkeyRoutes(app: ServiceApp, platform: Platform, passkeys: Passkeys): void {
  signInRoutes(app, platform, passkeys);
  makingRoutes(app, platform, passkeys);
  ownRoutes(app, platform, passkeys);
}

function signInRoutes(app: ServiceApp, { settings }: Platform, passkeys: Passkeys): void {
  const options = createRoute({
    method: "post",
    path: "/api/v1/auth/passkeys/options",
    summary: "What a browser needs to use a passkey; each answer can be used once",
    responses: {
      200: { description: "For `navigator.credentials.get()`", content: json(optionsView) },
      ...problems(429),
    },
  });
  app.openapi(options, async (c) => c.json({ ...(await passkeys.options(c.get("address"))) }, 200));

  const login = createRoute({
    method: "post",
    path: "/api/v1/auth/passkeys/login",
    summary: "Log in by a passkey that has verified its user: two factors in one",
    request: { body: body(passkeySignIn) },
    responses: {
      200: { description: "Logged in", content: json(tokenView) },
      ...problems(400, 401, 409, 413, 415, 422, 429),
    },
  });
  app.openapi(login, async (c) => {
    const done = await passkeys.login(c.req.valid("json").passkey, c.get("address"), originOf(c));
    return c.json(sessionIn(c, done, settings), 200);
  });
}

function makingRoutes(app: ServiceApp, { need, settings }: Platform, passkeys: Passkeys): void {
  const middleware = need("factor:self", fresh);
  const options = createRoute({
    method: "post",
    path: "/api/v1/auth/passkeys/registration",
    summary: "What a browser needs to make a passkey; each answer can be used once",
    security,
    middleware,
    responses: {
      200: { description: "For `navigator.credentials.create()`", content: json(optionsView) },
      ...problems(401, 403),
    },
  });
  app.openapi(options, async (c) => c.json({ ...(await passkeys.registrationOptions(c.get("caller"))) }, 200));

  const register = createRoute({
    method: "post",
    path: "/api/v1/auth/passkeys",
    summary: "Keep a passkey; with the first factor come recovery codes",
    security,
    middleware,
    request: { body: body(newPasskey) },
    responses: {
      201: { description: "Kept, and a new session", content: json(registeredView) },
      ...problems(400, 401, 403, 409, 413, 415, 422),
    },
  });
  app.openapi(register, async (c) => {
    const { passkey: made, name } = c.req.valid("json");
    const { passkey, session, codes } = await passkeys.register(c.get("caller"), made, name, originOf(c));
    return c.json({ passkey: view(passkey), session: sessionIn(c, session, settings), recovery_codes: codes }, 201);
  });
}

function ownRoutes(app: ServiceApp, { need, settings }: Platform, passkeys: Passkeys): void {
  const list = createRoute({
    method: "get",
    path: "/api/v1/auth/passkeys",
    summary: "The caller's passkeys, newest first",
    security,
    middleware: need("factor:self"),
    responses: { 200: { description: "All of them", content: json(passkeyList) }, ...problems(401, 403) },
  });
  app.openapi(list, async (c) => {
    const found = await passkeys.list(c.get("caller").uid);
    return c.json({ items: found.map(view), next: null }, 200);
  });

  const rename = createRoute({
    method: "patch",
    path: "/api/v1/auth/passkeys/{id}",
    summary: "Rename one of the caller's passkeys",
    security,
    middleware: need("factor:self"),
    request: { params: passkeyPath, body: body(passkeyName) },
    responses: {
      200: { description: "Renamed", content: json(passkeyView) },
      ...problems(400, 401, 403, 404, 413, 415, 422),
    },
  });
  app.openapi(rename, async (c) => {
    const { id } = c.req.valid("param");
    return c.json(view(await passkeys.rename(c.get("caller").uid, id, c.req.valid("json").name)), 200);
  });

  const remove = createRoute({
    method: "delete",
    path: "/api/v1/auth/passkeys/{id}",
    summary: "Delete one of the caller's passkeys; the last factor stays where a role needs one",
    security,
    middleware: need("factor:self", fresh),
    request: { params: passkeyPath },
    responses: {
      200: { description: "A new session", content: json(tokenView) },
      ...problems(401, 403, 404, 409, 422),
    },
  });
  app.openapi(remove, async (c) => {
    const session = await passkeys.remove(c.get("caller"), c.req.valid("param").id, originOf(c));
    return c.json(sessionIn(c, session, settings), 200);
  });
}

const view = ({ id, name, synced, created, used }: StoredPasskey) => ({
  id,
  name,
  synced,
  created_at: isoTime(created * 1000),
  last_used_at: used === undefined ? null : isoTime(used * 1000),
});
