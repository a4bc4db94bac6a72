import { z } from "zod";
import { bytes } from "../../platform/dynamo/values.ts";

/**
 * The second factors of a user stand in the user's own item, so that one condition sees them all, the roles that ask for
 * one, and the epoch that ends the sessions of before.
 */
export const factors = {
  /** The secret of the authenticator app, sealed to this user; codes are asked for while it is there. */
  totp: bytes.optional(),
  /** The time step of the last code that was taken: no code of this or an earlier one is taken again. */
  totpLast: z.number().optional(),
  /** An enrolment that its owner has not confirmed. */
  totpPending: bytes.optional(),
  totpPendingUntil: z.number().optional(),
  /** How many passkeys there are. */
  passkeys: z.number().optional(),
  /** Hashes of the recovery codes that are left. */
  recovery: z.array(z.string()).optional(),
};
export type StoredFactors = {
  uid: string;
  epoch: number;
  totp?: Uint8Array | undefined;
  totpLast?: number | undefined;
  totpPending?: Uint8Array | undefined;
  totpPendingUntil?: number | undefined;
  passkeys?: number | undefined;
  recovery?: string[] | undefined;
};

export type FactorKind = "totp" | "passkey" | "recovery";

/** What a user may show as the second factor; nothing: there is none. */
export function kindsOf({ totp, passkeys = 0, recovery = [] }: StoredFactors): FactorKind[] {
  const own: FactorKind[] = [...(totp ? ["totp" as const] : []), ...(passkeys > 0 ? ["passkey" as const] : [])];
  return own.length > 0 && recovery.length > 0 ? [...own, "recovery"] : own;
}

export const hasFactor = (user: StoredFactors): boolean => kindsOf(user).length > 0;
