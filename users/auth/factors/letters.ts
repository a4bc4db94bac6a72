import type { Message } from "../../platform/mail/mail.ts";
import type { StoredUser } from "../accounts/models.ts";

export type FactorEvent =
  | "totp_added"
  | "totp_removed"
  | "passkey_added"
  | "passkey_removed"
  | "recovery_codes_replaced";

const told: Record<FactorEvent, string> = {
  totp_added: "An authenticator app was added to your account",
  totp_removed: "The authenticator app was removed from your account",
  passkey_added: "A passkey was added to your account",
  passkey_removed: "A passkey was removed from your account",
  recovery_codes_replaced: "The recovery codes of your account were replaced",
};

/** What the owner of an account is told, so that nobody else changes its factors unseen. */
export function letterOn(event: FactorEvent, { email, name }: StoredUser): Message {
  const subject = told[event];
  const advice = "If this was not you, reset your password now, and look at your second factors.";
  const text = `${name},\n\n${subject}. All other sessions have ended.\n\n${advice}\n`;
  return { to: email, subject, text, kind: "factor-changed" };
}
