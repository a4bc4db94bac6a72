import { createRoute } from "@hono/zod-openapi";
import type { Platform } from "../../platform/context.ts";
import { auditEntry } from "../../platform/events/audit.ts";
import { json, problems, security } from "../../platform/http/documentation.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import type { SigningKeys } from "../../platform/identity/signing-keys.ts";
import { rotatedView } from "../accounts/schemas.ts";

/** The keys that sign tokens, in the hands of administrators. */
export function keyRoutes(app: ServiceApp, { need, clock }: Platform, keys: SigningKeys): void {
  const rotate = createRoute({
    method: "post",
    path: "/api/v1/auth/keys/rotate",
    summary: "Sign with the next key from now on",
    description:
      "For a key that may have been seen by somebody; else keys change every 90 days by themselves. `rotated` is false " +
      "while the next key has been published for less than 300 s, for a service may not know it yet: ask again then. " +
      "Tokens of the key before count until they end. Needs a sign-in by two factors within the last 10 minutes.",
    security,
    middleware: need("key:rotate", { fresh: true, aal2: true }),
    responses: {
      200: { description: "Whether it happened", content: json(rotatedView) },
      ...problems(401, 403),
    },
  });
  app.openapi(rotate, async (c) => {
    const { uid } = c.get("caller");
    return c.json({ rotated: await keys.rotate(true, [auditEntry(clock, uid, "keys.rotated", uid)]) }, 200);
  });
}
