import { createRoute } from "@hono/zod-openapi";
import type { Platform } from "../../platform/context.ts";
import { body, json, problems } from "../../platform/http/documentation.ts";
import { needSecret } from "../../platform/http/need.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import type { SigningKeys } from "../../platform/identity/signing-keys.ts";
import { roleGrant, rotatedView, userView, verification } from "./schemas.ts";
import type { Accounts } from "./service.ts";
import { view } from "./views.ts";

/** What an operator does from the machine itself. */
export function operatorRoutes(app: ServiceApp, { settings }: Platform, accounts: Accounts, keys: SigningKeys): void {
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
    return c.json(view(await accounts.setRoles(email, roles, c.get("traceparent"))), 200);
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
    await accounts.setVerified(email, verified);
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
