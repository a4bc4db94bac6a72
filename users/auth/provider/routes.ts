import { createRoute, type z } from "@hono/zod-openapi";
import type { Platform } from "../../platform/context.ts";
import { body, json, problems, security } from "../../platform/http/documentation.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import type { ProviderClient, ProviderClients, WantedClient } from "./clients.ts";
import type { ProviderDoor } from "./door.ts";
import { type ClientView, clientList, clientPath, clientRequest, clientView, newClient } from "./schemas.ts";

export type ProviderRouteParts = { provider: ProviderDoor; clients: ProviderClients };

/** The platform as a provider of OpenID Connect, and the programs that it knows. */
export function providerRoutes(app: ServiceApp, platform: Platform, { provider, clients }: ProviderRouteParts): void {
  // what is asked and answered here is laid down by OpenID Connect, and told by its own discovery document
  app.all("/oidc/*", (c) => provider.answer(c.req.raw));
  clientRoutes(app, platform, clients);
}

function clientRoutes(app: ServiceApp, { need }: Platform, clients: ProviderClients): void {
  const administrator = need("institution:write", { aal2: true });
  const list = createRoute({
    method: "get",
    path: "/api/v1/auth/clients",
    summary: "The programs that may log people in by this platform",
    security,
    middleware: administrator,
    responses: { 200: { description: "The programs", content: json(clientList) }, ...problems(401, 403) },
  });
  app.openapi(list, async (c) => c.json({ items: (await clients.all()).map(view), next: null }, 200));

  const create = createRoute({
    method: "post",
    path: "/api/v1/auth/clients",
    summary: "Let a program log people in by this platform; its secret is shown this once",
    security,
    middleware: administrator,
    request: { body: body(clientRequest) },
    responses: {
      201: { description: "The program", content: json(newClient) },
      ...problems(400, 401, 403, 413, 415, 422),
    },
  });
  app.openapi(create, async (c) => {
    const wanted = wantedOf(c.req.valid("json"));
    const { client, secret } = await clients.create(wanted, c.get("caller").uid);
    return c.json({ ...view(client), client_secret: secret ?? null }, 201);
  });

  const remove = createRoute({
    method: "delete",
    path: "/api/v1/auth/clients/{id}",
    summary: "Remove a program: it logs nobody in any more",
    security,
    middleware: administrator,
    request: { params: clientPath },
    responses: { 204: { description: "Removed" }, ...problems(401, 403, 404, 422) },
  });
  app.openapi(remove, async (c) => {
    await clients.remove(c.req.valid("param").id, c.get("caller").uid);
    return c.body(null, 204);
  });
}

function wantedOf({
  redirect_uris: redirectUris,
  public: isPublic,
  ...asked
}: z.infer<typeof clientRequest>): WantedClient {
  const { post_logout_redirect_uris, service_scopes, backchannel_logout_uri, ...rest } = asked;
  const told = backchannel_logout_uri !== null && { backchannelLogoutUri: backchannel_logout_uri };
  const addresses = { redirectUris, postLogoutRedirectUris: post_logout_redirect_uris };
  return { ...rest, ...told, ...addresses, serviceScopes: service_scopes, isPublic };
}

const view = ({
  redirectUris,
  postLogoutRedirectUris,
  serviceScopes,
  backchannelLogoutUri,
  ...client
}: ProviderClient): ClientView =>
  clientView.parse({
    ...client,
    redirect_uris: redirectUris,
    post_logout_redirect_uris: postLogoutRedirectUris,
    service_scopes: serviceScopes,
    backchannel_logout_uri: backchannelLogoutUri ?? null,
  });
