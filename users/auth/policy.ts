import { isOfDomain } from "../platform/addresses.ts";
import { Problem } from "../platform/problems.ts";
import type { StoredUser } from "./accounts/models.ts";

/** Who may come in. `approval` holds the domains of the addresses that an administrator looks at, or is everyone. */
export type AdmissionPolicy = { verification: "required" | "optional"; approval: "everyone" | readonly string[] };

export function needsApproval({ approval }: AdmissionPolicy, email: string): boolean {
  return approval === "everyone" || isOfDomain(email, approval);
}

/** Only whoever has shown the password is told why the door is closed. */
export function refuseClosed({ verification }: AdmissionPolicy, user: StoredUser): void {
  if (user.disabled) throw new Problem(403, "account_disabled", "An administrator has disabled this account.");
  if (verification === "required" && !user.verified)
    throw new Problem(403, "address_unverified", "Open the link that was mailed to you, or ask for another one.");
  if (user.approval === "waiting")
    throw new Problem(403, "approval_waiting", "An administrator has to approve this account first: you get a mail.");
  if (user.approval === "denied")
    throw new Problem(403, "approval_denied", "An administrator has denied this account.");
}
