import type { Limit, RateLimits } from "../../platform/http/rate-limits.ts";
import type { SessionIssuer } from "../../platform/identity/sessions.ts";
import type { Caller } from "../../platform/identity/tokens.ts";
import { unauthenticated } from "../../platform/problems.ts";
import type { UserRepository } from "../accounts/repository.ts";
import type { Hasher } from "../passwords/hasher.ts";
import { wrongCredentials } from "../problems.ts";
import type { Origin } from "../signing-in/origin.ts";
import type { SignedIn, SigningIn } from "../signing-in/service.ts";
import { hasFactor } from "./models.ts";
import type { SecondFactor, SecondFactors } from "./second-factors.ts";

export type StepUpParts = {
  users: UserRepository;
  sessions: SessionIssuer;
  signingIn: SigningIn;
  factors: SecondFactors;
  hasher: Hasher;
  limits: RateLimits;
  allowed: { stepUp: Limit };
};
export type Shown = { password?: string | undefined; second?: SecondFactor | undefined };

/** Proves inside of a session who it is. */
export class StepUp {
  constructor(private readonly parts: StepUpParts) {}

  /** Who has a second factor shows it; others their password. A new session takes the place of the old one. */
  async stepUp(caller: Caller, { password, second }: Shown, from: Origin): Promise<SignedIn> {
    const { users, sessions, signingIn, factors, hasher, limits, allowed } = this.parts;
    const user = await users.byId(caller.uid);
    if (!user || user.disabled) throw unauthenticated();
    if (password !== undefined) {
      await limits.take(allowed.stepUp, user.uid);
      if (!(await hasher.verify(password, user.pw))) throw wrongCredentials();
      await limits.forgive(allowed.stepUp, user.uid);
    }
    const shown = await factors.demand(user, second, user.uid);
    if (password === undefined && !hasFactor(user)) throw wrongCredentials();
    // whoever ends the old session is the one who gets the new one
    if (!(await sessions.end(user.uid, caller.sid, "step_up"))) throw unauthenticated();
    const proved = [...(password === undefined ? [] : ["pwd"]), ...shown, ...(shown.length > 0 ? ["mfa"] : [])];
    const amr = [...new Set([...(shown.length > 0 ? caller.amr : []), ...proved])];
    return signingIn.open(user, { amr, acr: shown.length > 0 ? "aal2" : "aal1" }, from);
  }
}
