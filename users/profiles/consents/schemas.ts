import { z } from "@hono/zod-openapi";
import { consentFields, consents, scopes, untouched } from "./models.ts";

export const consentsView = consents.openapi("PersonConsents", { example: untouched });
export const consentsPatch = z
  .strictObject(consentFields)
  .partial()
  .openapi("PersonConsentsPatch", { example: { genotypes: "withdrawn" } });

const person = z.object({ user_id: z.string(), version: z.number().int(), withdrawn: z.array(z.enum(scopes)) });
export const consentPage = z
  .object({ items: z.array(person), next: z.string().nullable() })
  .openapi("ConsentPage", { example: { items: [], next: null } });
export const erasedPage = z
  .object({ items: z.array(z.object({ user_id: z.string() })), next: z.string().nullable() })
  .openapi("ErasedPage", { example: { items: [], next: null } });
