import { z } from "@hono/zod-openapi";
import { wholeText } from "../../platform/http/paging.ts";

export const permissionTable = z
  .object({ version: z.number().int(), roles: z.record(z.string(), z.array(z.string())) })
  .openapi("PermissionTable", { example: { version: 1, roles: { student: ["profile:self", "evaluation:read"] } } });

export const feedQuery = z.object({
  since: wholeText(0, Number.MAX_SAFE_INTEGER).openapi({
    param: { required: true },
    type: "integer",
    minimum: 0,
    example: 1772000000,
  }),
});
export const feedView = z
  .object({ now: z.number().int(), sessions: z.array(z.string()) })
  .openapi("Revocations", { example: { now: 1772000000, sessions: [] } });

export const jwksView = z
  .object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })) })
  .openapi("KeySet");
export const configurationView = z
  .looseObject({ issuer: z.string(), jwks_uri: z.string() })
  .openapi("OpenIdConfiguration");
