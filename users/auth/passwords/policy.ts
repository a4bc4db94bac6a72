import { Problem } from "../../platform/problems.ts";
import { type Log, reason } from "../../platform/telemetry/logging.ts";
import type { BreachedPasswords } from "./breached.ts";
import { weakness } from "./weakness.ts";

/** Judges every new password: at registration, reset and change. */
export class PasswordPolicy {
  constructor(
    private readonly breached: BreachedPasswords | undefined,
    private readonly log: Log,
  ) {}

  /** `owner`: what somebody who guesses knows. `field`: where the password stands in the request. */
  async refuseWeak(password: string, owner: { email: string; name: string }, field = "password"): Promise<void> {
    const found = weakness(password, [owner.email, owner.name, "bellwether"]);
    if (found !== undefined) throw refused(field, "weak_password", found);
    if (await this.isBreached(password))
      throw refused(
        field,
        "breached_password",
        "It was in a breach of another site, so that it is among the first tried.",
      );
  }

  /** A password that cannot be looked up is not taken. */
  private async isBreached(password: string): Promise<boolean> {
    try {
      return (await this.breached?.has(password)) ?? false;
    } catch (error) {
      this.log("error", "breached_list_unreadable", { reason: reason(error) });
      throw new Problem(503, "passwords_unchecked", "New passwords cannot be checked just now: try again later.");
    }
  }
}

function refused(field: string, code: string, message: string): Problem {
  const error = { row: null, field, code, message, fix: "Take four or more unrelated words." };
  return new Problem(422, code, message, { errors: [error] });
}
