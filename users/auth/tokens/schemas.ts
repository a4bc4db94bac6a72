import { z } from "@hono/zod-openapi";
import { grantable } from "../../platform/identity/permissions.ts";

const hasNoControls = (text: string) => !/\p{Cc}/u.test(text);
const scopes = z
  .array(z.enum(grantable))
  .min(1)
  .max(grantable.length)
  .refine((list) => new Set(list).size === list.length, "names a scope twice")
  .openapi({ example: ["flock:read"] });
/** A token carries them all, and must stay shorter than what a header may hold. */
const mostFarms = 20;
const farms = z
  .array(z.uuid().transform((id) => id.toLowerCase()))
  .min(1)
  .max(mostFarms)
  .refine((list) => new Set(list).size === list.length, "names a farm twice")
  .openapi({ example: ["01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4d"] });
const day = z.iso.date().openapi({ example: "2027-03-01" });
const moment = z.iso.datetime().openapi({ example: "2027-03-01T06:00:00.000Z" });

export const tokenRequest = z
  .strictObject({
    name: z.string().trim().min(1).max(80).refine(hasNoControls, "contains control characters"),
    scopes,
    farms: farms.optional().openapi({
      description: "The ids of the only farms that it is for: on all others it may what a stranger may",
    }),
    expires_in_days: z.number().int().min(1).max(365),
  })
  .openapi("TokenRequest", { example: { name: "weights in R", scopes: ["flock:read"], expires_in_days: 90 } });

export const tokenDescription = z
  .object({
    id: z.uuid(),
    name: z.string(),
    scopes: z.array(z.string()),
    farms: z.array(z.uuid()).nullable(),
    created_at: moment,
    expires_at: moment,
    last_used_on: day.nullable(),
  })
  .openapi("PersonalToken");
export type TokenDescription = z.infer<typeof tokenDescription>;

export const newToken = tokenDescription
  .extend({ token: z.string().openapi({ description: "Shown this once; only its hash is kept." }) })
  .openapi("NewPersonalToken");
export const tokenList = z.object({ items: z.array(tokenDescription), next: z.null() }).openapi("PersonalTokens");
export const tokenPath = z.object({ id: z.uuid().openapi({ example: "01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4d" }) });

export const exchangeRequest = z
  .strictObject({ token: z.string().max(200) })
  .openapi("TokenExchange", { example: { token: "bwp_AZWPPn0cfMCfjg0famuM..." } });
export const exchangedView = z
  .object({
    access_token: z.string(),
    token_type: z.literal("Bearer"),
    expires_in: z.number().int(),
    scope: z.string().openapi({ example: "flock:read" }),
    farms: z.array(z.uuid()).nullable(),
  })
  .openapi("ExchangedToken");
