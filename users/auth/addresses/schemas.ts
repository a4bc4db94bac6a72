import { z } from "@hono/zod-openapi";
import { email } from "../accounts/schemas.ts";

export const linkToken = z
  .string()
  .min(20)
  .max(100)
  .openapi({ example: "kQ3Zc2oYpT1iV7b3mJwKxq0Zc2oYpT1iV7b3mJwKxq0" });
export const linkUse = z.strictObject({ token: linkToken }).openapi("LinkUse");
export const addressWanted = z
  .strictObject({ email })
  .openapi("AddressWanted", { example: { email: "mary@hillfarm.example" } });
