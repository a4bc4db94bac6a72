import { z } from "@hono/zod-openapi";
import { linkToken } from "../addresses/schemas.ts";
import { newPassword } from "../passwords/schemas.ts";

export const passwordReset = z
  .strictObject({ token: linkToken, password: newPassword, second_factor: z.string().min(6).max(64).optional() })
  .openapi("PasswordReset", {
    example: { token: "kQ3Zc2oYpT1iV7b3mJwKxq0Zc2oYpT1iV7b3mJwKxq0", password: "nine brown rams by the gate" },
  });
