import { z } from "@hono/zod-openapi";
import { userView } from "../accounts/schemas.ts";
import { givenPassword } from "../passwords/schemas.ts";

export const credentials = z
  .strictObject({ email: z.string().trim().max(254), password: givenPassword })
  .openapi("Credentials", { example: { email: "mary@hillfarm.example", password: "seven grey ewes at dawn" } });

export const tokenView = z
  .object({
    access_token: z.string(),
    token_type: z.literal("Bearer"),
    expires_in: z.number().int(),
    user: userView,
    must_enrol: z.boolean().optional().openapi({
      description: "A role of the user needs a second factor: the token permits no more than to enrol or show one",
    }),
  })
  .openapi("AccessToken");
