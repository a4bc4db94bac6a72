import { z } from "zod";
import { bytes } from "../../platform/dynamo/values.ts";
import { roles } from "../../platform/identity/permissions.ts";

/** A university or another institution whose members log in there. */
export const institutionItem = z.object({
  id: z.string(),
  name: z.string(),
  issuer: z.string(),
  clientId: z.string(),
  sealedSecret: bytes,
  /** whose addresses make a new user; none: only those who have linked their account come in */
  domains: z.array(z.string()),
  /** what the institution must say of how it knows the person */
  acr: z.string().optional(),
  role: z.enum(roles),
  approval: z.boolean(),
  revision: z.number(),
});
export type Institution = z.infer<typeof institutionItem>;

/** What an institution has vouched for. */
export type Assertion = { iss: string; sub: string; email: string | undefined; isVerified: boolean; name: string };

/** A way in of a user: a person at an institution. */
export const identityItem = z.object({
  id: z.string(),
  idp: z.string(),
  iss: z.string(),
  sub: z.string(),
  uid: z.string(),
  linked: z.number(),
});
export type Identity = z.infer<typeof identityItem>;
