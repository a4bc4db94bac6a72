import { z } from "@hono/zod-openapi";
import { oneSpelling } from "../../platform/addresses.ts";
import { roles } from "../../platform/identity/permissions.ts";
import { givenPassword, newPassword } from "../passwords/schemas.ts";

const hasNoControls = (text: string) => !/\p{Cc}/u.test(text);
/** Invisible characters would let two accounts look like one. */
const isVisible = (text: string) => !/[\p{Cc}\p{Cf}]/u.test(text);

// the pattern is linear: one @, and on both sides nothing that a header of a message, or a mail server, reads as a sign
export const email = z
  .string()
  .max(254)
  .overwrite(oneSpelling)
  .regex(/^[^\s@<>()[\]\\,;:"]+@(?:[^\s@<>()[\]\\,;:".]+\.)+[^\s@<>()[\]\\,;:".]+$/, "is not an email address")
  .refine(isVisible, "contains invisible characters")
  .openapi({ example: "mary@hillfarm.example" });
export const rolesField = z.array(z.enum(roles)).openapi({ example: ["farmer"] });

export const registration = z
  .strictObject({
    email,
    password: newPassword,
    name: z.string().trim().min(1).max(120).refine(hasNoControls, "contains control characters"),
  })
  .openapi("Registration", {
    example: { email: "mary@hillfarm.example", password: "seven grey ewes at dawn", name: "Mary Hill" },
  });

export const accepted = z.object({ status: z.literal("accepted") }).openapi("Accepted");

export const userView = z
  .object({ id: z.string(), email: z.string(), name: z.string(), roles: rolesField })
  .openapi("User", {
    example: {
      id: "01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4d",
      email: "mary@hillfarm.example",
      name: "Mary Hill",
      roles: ["farmer"],
    },
  });
export type UserView = z.infer<typeof userView>;

export const passwordChange = z
  .strictObject({ current: givenPassword, new: newPassword })
  .openapi("PasswordChange", { example: { current: "seven grey ewes at dawn", new: "nine brown rams by the gate" } });

export const endedView = z.object({ ended: z.number().int() }).openapi("EndedSessions", { example: { ended: 3 } });

export const meView = userView
  .extend({ session: z.object({ id: z.string(), acr: z.string(), auth_time: z.number(), expires_at: z.number() }) })
  .openapi("Me");

export const roleGrant = z
  .strictObject({
    email,
    roles: rolesField.min(1).refine((list) => new Set(list).size === list.length, "names a role twice"),
  })
  .openapi("RoleGrant", { example: { email: "mary@hillfarm.example", roles: ["farmer"] } });

export const verification = z
  .strictObject({ email, verified: z.boolean() })
  .openapi("Verification", { example: { email: "mary@hillfarm.example", verified: true } });
export const userPath = z.object({ uid: z.uuid().openapi({ example: "01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4d" }) });
export const addressView = z
  .object({ email: z.string().nullable() })
  .openapi("VerifiedAddress", { example: { email: "mary@hillfarm.example" } });
export const standingView = z.object({ active: z.boolean() }).openapi("AccountStanding");

export const rotatedView = z.object({ rotated: z.boolean() }).openapi("Rotated");
