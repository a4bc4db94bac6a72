import { z } from "@hono/zod-openapi";
import { tokenView } from "../signing-in/schemas.ts";

const encoded = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[\w-]*$/, "is not base64url");
const browserData = { id: encoded(1_400), rawId: encoded(1_400), type: z.literal("public-key") };
const example = { id: "q83vEjRWeJA", rawId: "q83vEjRWeJA", type: "public-key" as const };
const created = { ...example, response: { clientDataJSON: "e30", attestationObject: "oA", transports: ["internal"] } };
const used = { ...example, response: { clientDataJSON: "e30", authenticatorData: "oA", signature: "oA" } };

/** Browsers say more than this; it is not read. */
export const attestation = z
  .object({
    ...browserData,
    response: z.object({
      clientDataJSON: encoded(4_096),
      attestationObject: encoded(8_192),
      transports: z.array(z.string().max(32)).max(10).optional(),
    }),
  })
  .openapi("NewCredential", {
    description: "What `navigator.credentials.create()` answers, by its `toJSON()`",
    example: created,
  });

export const assertion = z
  .object({
    ...browserData,
    response: z.object({
      clientDataJSON: encoded(4_096),
      authenticatorData: encoded(4_096),
      // of ML-DSA-87, the longest that an authenticator may choose, they are 4627 bytes
      signature: encoded(8_192),
    }),
  })
  .openapi("UsedCredential", {
    description: "What `navigator.credentials.get()` answers, by its `toJSON()`",
    example: used,
  });

export const passkeySignIn = z
  .strictObject({ passkey: assertion })
  .openapi("PasskeySignIn", { example: { passkey: used } });

const name = z
  .string()
  .trim()
  .min(1)
  .max(60)
  .refine((text) => !/\p{Cc}/u.test(text), "contains control characters")
  .openapi({ example: "Telephone" });
export const newPasskey = z
  .strictObject({ name, passkey: attestation })
  .openapi("NewPasskey", { example: { name: "Telephone", passkey: created } });
export const passkeyName = z.strictObject({ name }).openapi("PasskeyName", { example: { name: "Telephone" } });
export const passkeyPath = z.object({
  id: z.string().min(1).max(64).openapi({ example: "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU" }),
});

export const optionsView = z
  .looseObject({ challenge: z.string() })
  .openapi("PasskeyOptions", { description: "For `navigator.credentials`, by `parse...OptionsFromJSON()`" });

export const passkeyView = z
  .object({
    id: z.string(),
    name: z.string(),
    synced: z.boolean(),
    created_at: z.string(),
    last_used_at: z.string().nullable(),
  })
  .openapi("Passkey");
export const passkeyList = z.object({ items: z.array(passkeyView), next: z.null() }).openapi("Passkeys");
export const registeredView = z
  .object({ passkey: passkeyView, session: tokenView, recovery_codes: z.array(z.string()).optional() })
  .openapi("RegisteredPasskey");
