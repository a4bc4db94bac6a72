import { z } from "@hono/zod-openapi";
import { assertion, optionsView } from "../passkeys/schemas.ts";
import { givenPassword } from "../passwords/schemas.ts";
import { tokenView } from "../signing-in/schemas.ts";

const code = z
  .string()
  .regex(/^\d{6}$/, "is not six digits")
  .openapi({ example: "492039" });
const shown = { totp: code.optional(), recovery: z.string().min(1).max(64).optional(), passkey: assertion.optional() };
const isOne = (given: Record<string, unknown>) =>
  ["totp", "recovery", "passkey"].filter((kind) => given[kind] !== undefined).length === 1;
const oneMessage = "must hold one of totp, recovery and passkey";

/** Wherever a second factor is asked for. */
export const secondFactor = z
  .strictObject(shown)
  .refine(isOne, oneMessage)
  .openapi("SecondFactor", {
    example: { totp: "492039" },
  });

export const mfaAnswer = z
  .strictObject({ challenge: z.string().min(1).max(100), ...shown })
  .refine(isOne, oneMessage)
  .openapi("MfaAnswer", { example: { challenge: "zD4pP0tUvJ3R0mX2", totp: "492039" } });

export const stepUpRequest = z
  .strictObject({ password: givenPassword.optional(), second_factor: secondFactor.optional() })
  .refine((given) => given.password !== undefined || given.second_factor !== undefined, "must hold at least one proof")
  .openapi("StepUp", { example: { second_factor: { totp: "492039" } } });

export const challengeView = z
  .object({
    challenge: z.string(),
    expires_in: z.number().int(),
    factors: z.array(z.enum(["totp", "passkey", "recovery"])),
    passkey: optionsView.nullable(),
  })
  .openapi("MfaChallenge", {
    example: { challenge: "zD4pP0tUvJ3R0mX2", expires_in: 600, factors: ["totp", "recovery"], passkey: null },
  });

export const factorsView = z
  .object({
    totp: z.boolean(),
    passkeys: z.number().int(),
    recovery_codes_left: z.number().int(),
    is_required: z.boolean(),
  })
  .openapi("SecondFactors");

export const enrolmentView = z
  .object({ secret: z.string(), uri: z.string(), qr_svg: z.string(), expires_in: z.number().int() })
  .openapi("TotpEnrolment");
export const confirmation = z.strictObject({ code }).openapi("TotpConfirmation", { example: { code: "492039" } });
export const changedView = z
  .object({ session: tokenView, recovery_codes: z.array(z.string()).optional() })
  .openapi("ChangedFactors");
export const codesView = z.object({ session: tokenView, recovery_codes: z.array(z.string()) }).openapi("RecoveryCodes");
