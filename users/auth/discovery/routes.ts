import { createRoute } from "@hono/zod-openapi";
import { seconds } from "../../platform/clock.ts";
import type { Platform } from "../../platform/context.ts";
import { json, problems } from "../../platform/http/documentation.ts";
import { needSecret } from "../../platform/http/need.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import { permissionsInTokens } from "../../platform/identity/permissions.ts";
import type { RevocationFeed } from "../../platform/identity/sessions.ts";
import type { SigningKeys } from "../../platform/identity/signing-keys.ts";
import { configurationView, feedQuery, feedView, jwksView, permissionTable } from "./schemas.ts";

export type DiscoveryParts = { keys: SigningKeys; feed: RevocationFeed };

const cached = { "cache-control": "public, max-age=300" };

/** What verifiers read: keys, configuration, the permission table and the feed of ended sessions. */
export function discoveryRoutes(app: ServiceApp, platform: Platform, { keys, feed }: DiscoveryParts): void {
  keyRoutes(app, platform, keys);
  permissionRoutes(app);
  revocationRoutes(app, platform, feed);
}

function keyRoutes(app: ServiceApp, { settings }: Platform, keys: SigningKeys): void {
  const jwks = createRoute({
    method: "get",
    path: "/.well-known/jwks.json",
    summary: "The public signing keys",
    responses: { 200: { description: "JWK set", content: json(jwksView) } },
  });
  app.openapi(jwks, async (c) => {
    const { keys: published } = await keys.keysFor("");
    return c.json({ keys: published.map((key) => ({ ...key, kty: "EC", kid: key.kid ?? "" })) }, 200, cached);
  });

  const configuration = createRoute({
    method: "get",
    path: "/.well-known/openid-configuration",
    summary: "Where things are",
    responses: { 200: { description: "Configuration", content: json(configurationView) } },
  });
  app.openapi(configuration, (c) => {
    const base = settings.BELLWETHER_PUBLIC_URL.replace(/\/$/, "");
    const document = {
      issuer: settings.BELLWETHER_ISSUER,
      jwks_uri: `${base}/.well-known/jwks.json`,
      token_endpoint: `${base}/api/v1/auth/refresh`,
      id_token_signing_alg_values_supported: ["ES256"],
      subject_types_supported: ["public"],
      response_types_supported: ["none"],
    };
    return c.json(document, 200, cached);
  });
}

function permissionRoutes(app: ServiceApp): void {
  const table = createRoute({
    method: "get",
    path: "/api/v1/auth/permissions",
    summary: "Which role may do what",
    responses: { 200: { description: "The table", content: json(permissionTable) } },
  });
  const roleTable = Object.fromEntries(Object.entries(permissionsInTokens).map(([role, list]) => [role, [...list]]));
  app.openapi(table, (c) => c.json({ version: 1, roles: roleTable }, 200, cached));
}

function revocationRoutes(app: ServiceApp, { settings, clock }: Platform, feed: RevocationFeed): void {
  const revocations = createRoute({
    method: "get",
    path: "/api/v1/auth/internal/revocations",
    hide: true,
    summary: "Sessions that ended since a second; for services only",
    middleware: needSecret("Service", settings.serviceSecret),
    request: { query: feedQuery },
    responses: { 200: { description: "Session ids", content: json(feedView) }, ...problems(401, 422) },
  });
  app.openapi(revocations, async (c) => {
    const now = seconds(clock);
    return c.json({ now, sessions: await feed.since(c.req.valid("query").since) }, 200);
  });
}
