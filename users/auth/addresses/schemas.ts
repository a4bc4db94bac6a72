import { z } from "@hono/zod-openapi";
import { email } from "../accounts/schemas.ts";

const example = "kQ3Zc2oYpT1iV7b3mJwKxq0Zc2oYpT1iV7b3mJwKxq0";
export const linkToken = z.string().min(20).max(100).openapi({ example });
export const linkUse = z.strictObject({ token: linkToken }).openapi("LinkUse", { example: { token: example } });
export const addressWanted = z
  .strictObject({ email })
  .openapi("AddressWanted", { example: { email: "mary@hillfarm.example" } });
