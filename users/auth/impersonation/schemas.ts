import { z } from "@hono/zod-openapi";
import { userIdPath } from "../administration/schemas.ts";

export const impersonationPath = z.object({ id: userIdPath.shape.id });
export const impersonationOfPath = z.object({ uid: userIdPath.shape.id, id: userIdPath.shape.id });

const example = {
  id: "01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4d",
  reason: "the flock's figures look wrong to her",
  started_at: "2026-03-01T09:00:00.000Z",
  ends_at: "2026-03-01T09:15:00.000Z",
};
const shape = z.object({ id: z.string(), reason: z.string(), started_at: z.string(), ends_at: z.string() });
export const impersonationView = shape.openapi("Impersonation", { example });
export const impersonationList = z
  .object({ items: z.array(impersonationView), next: z.null() })
  .openapi("Impersonations", { example: { items: [example], next: null } });
export const startedView = shape
  .extend({ access_token: z.string(), token_type: z.literal("Bearer"), expires_in: z.number(), scope: z.string() })
  .openapi("ImpersonationStarted", {
    example: {
      ...example,
      access_token: "eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl",
      token_type: "Bearer",
      expires_in: 900,
      scope: "profile:self flock:read",
    },
  });
