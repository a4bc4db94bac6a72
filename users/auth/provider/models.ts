import { z } from "zod";
import { bytes } from "../../platform/dynamo/values.ts";

/** A program that logs people in by this platform. */
export const providerClient = z.object({
  id: z.string(),
  name: z.string(),
  redirectUris: z.array(z.string()),
  scopes: z.array(z.string()),
  /** absent: a program that can keep no secret, a script or a page */
  sealedSecret: bytes.optional(),
  devices: z.boolean(),
  /** where it is told that a session is over */
  backchannelLogoutUri: z.string().optional(),
  /** where its user may go on who was signed out */
  postLogoutRedirectUris: z.array(z.string()).default([]),
  /** what it may for itself, without a user */
  serviceScopes: z.array(z.string()).default([]),
});
export type ProviderClient = z.infer<typeof providerClient>;

/** What stands for a session in the tokens of a program that acts for itself. */
export const sidOfClient = (id: string): string => `program.${id}`;
/** What stands for what somebody allowed a program, in the tokens that it got by that. */
export const sidOfGrant = (grantHash: string): string => `grant.${grantHash}`;
export const grantIn = (sid: string): string | undefined => (sid.startsWith("grant.") ? sid.slice(6) : undefined);
export const clientIn = (sid: string): string | undefined => (isOfClient(sid) ? sid.slice(8) : undefined);
export const isOfClient = (sid: string): boolean => sid.startsWith("program.");

/** What programs get tokens for: the interface of this platform. */
export const resourceOf = (publicUrl: string): string => new URL("/api", publicUrl).href;
export const issuerOf = (publicUrl: string): string => new URL("/oidc", publicUrl).href;
