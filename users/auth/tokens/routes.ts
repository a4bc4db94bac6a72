import { createRoute } from "@hono/zod-openapi";
import { isoTime } from "../../platform/clock.ts";
import type { Platform } from "../../platform/context.ts";
import { body, json, problems, security } from "../../platform/http/documentation.ts";
import { limitHeaders } from "../../platform/http/rate-limits.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import {
  exchangedView,
  exchangeRequest,
  newToken,
  type TokenDescription,
  tokenDescription,
  tokenList,
  tokenPath,
  tokenRequest,
} from "./schemas.ts";
import type { StoredToken, Tokens } from "./service.ts";

/** Personal access tokens, for scripts, notebooks and R. */
export function tokenRoutes(app: ServiceApp, platform: Platform, tokens: Tokens): void {
  ownRoutes(app, platform, tokens);
  exchangeRoute(app, platform, tokens);
}

function ownRoutes(app: ServiceApp, { need }: Platform, tokens: Tokens): void {
  const create = createRoute({
    method: "post",
    path: "/api/v1/auth/tokens",
    summary: "Make a personal access token; it is shown this once",
    description: "Needs a log-in within the last 10 minutes.",
    security,
    middleware: need("session:self", { fresh: true }),
    request: { body: body(tokenRequest) },
    responses: {
      201: { description: "The token", content: json(newToken) },
      ...problems(400, 401, 403, 409, 413, 415, 422),
    },
  });
  app.openapi(create, async (c) => {
    const { name, scopes, farms, expires_in_days: days } = c.req.valid("json");
    const { token, text } = await tokens.create(c.get("caller"), { name, scopes, farms, days });
    return c.json({ ...view(token), token: text }, 201);
  });

  const list = createRoute({
    method: "get",
    path: "/api/v1/auth/tokens",
    summary: "The caller's personal access tokens, newest first",
    security,
    middleware: need("session:self"),
    responses: { 200: { description: "The tokens", content: json(tokenList) }, ...problems(401, 403) },
  });
  app.openapi(list, async (c) =>
    c.json({ items: (await tokens.list(c.get("caller").uid)).map(view), next: null }, 200),
  );

  const revoke = createRoute({
    method: "delete",
    path: "/api/v1/auth/tokens/{id}",
    summary: "Take a personal access token back; access tokens made from it end too",
    security,
    middleware: need("session:self"),
    request: { params: tokenPath },
    responses: { 204: { description: "Taken back" }, ...problems(401, 403, 404, 422) },
  });
  app.openapi(revoke, async (c) => {
    await tokens.revoke(c.get("caller").uid, c.req.valid("param").id);
    return c.body(null, 204);
  });
}

function exchangeRoute(app: ServiceApp, { settings }: Platform, tokens: Tokens): void {
  const exchange = createRoute({
    method: "post",
    path: "/api/v1/auth/token",
    summary: "Exchange a personal access token for an access token with its scopes",
    description:
      "No other address takes a personal access token: it lives for months, so it is shown to one service, " +
      "and what all the others see is over within minutes.",
    request: { body: body(exchangeRequest) },
    responses: {
      200: { description: "An access token", content: json(exchangedView) },
      ...problems(400, 401, 413, 415, 422, 429),
    },
  });
  app.openapi(exchange, async (c) => {
    const { accessToken, scopes, farms, taken } = await tokens.exchange(c.req.valid("json").token, c.get("address"));
    const expires_in = settings.AUTH_ACCESS_TOKEN_SECONDS;
    const given = { access_token: accessToken, token_type: "Bearer" as const, expires_in };
    const view = { ...given, scope: scopes.join(" "), farms: farms ? [...farms] : null };
    return c.json(view, 200, limitHeaders(taken));
  });
}

function view({ id, name, scopes, farms, created, exp, used }: StoredToken): TokenDescription {
  const [created_at, expires_at] = [isoTime(created * 1000), isoTime(exp * 1000)];
  return tokenDescription.parse({
    id,
    name,
    scopes,
    farms: farms ?? null,
    created_at,
    expires_at,
    last_used_on: used ?? null,
  });
}
