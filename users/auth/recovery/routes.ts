import { createRoute } from "@hono/zod-openapi";
import { body, json, problems } from "../../platform/http/documentation.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import { accepted } from "../accounts/schemas.ts";
import { addressWanted } from "../addresses/schemas.ts";
import { passwordReset } from "./schemas.ts";
import type { Recovery } from "./service.ts";

/** A forgotten password. */
export function recoveryRoutes(app: ServiceApp, recovery: Recovery): void {
  const forgot = createRoute({
    method: "post",
    path: "/api/v1/auth/password/forgot",
    summary: "Mail a link for a new password; the answer is the same for known and unknown addresses",
    request: { body: body(addressWanted) },
    responses: { 202: { description: "Accepted", content: json(accepted) }, ...problems(400, 413, 415, 422, 429) },
  });
  app.openapi(forgot, async (c) => {
    await recovery.forgot(c.req.valid("json").email, c.get("address"));
    return c.json({ status: "accepted" } as const, 202);
  });

  const reset = createRoute({
    method: "post",
    path: "/api/v1/auth/password/reset",
    summary: "Set a new password by the secret of the link, with a second factor where there is one; all sessions end",
    request: { body: body(passwordReset) },
    responses: { 204: { description: "Changed" }, ...problems(400, 401, 413, 415, 422, 429) },
  });
  app.openapi(reset, async (c) => {
    const { token, password, second_factor: code } = c.req.valid("json");
    await recovery.reset({ token, password, code, address: c.get("address") });
    return c.body(null, 204);
  });
}
