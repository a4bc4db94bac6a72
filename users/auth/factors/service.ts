import { type Clock, seconds } from "../../platform/clock.ts";
import type { Limit, RateLimits } from "../../platform/http/rate-limits.ts";
import type { Caller } from "../../platform/identity/tokens.ts";
import { notFound, Problem, unauthenticated } from "../../platform/problems.ts";
import { sealText, unsealText } from "../../platform/secrets/sealing.ts";
import type { UserRepository } from "../accounts/repository.ts";
import type { Origin } from "../signing-in/origin.ts";
import type { SignedIn } from "../signing-in/service.ts";
import { type Changed, changedMeanwhile, type FactorChanges } from "./changes.ts";
import type { FactorPolicy } from "./policy.ts";
import type { FactorRepository } from "./repository.ts";
import { totpPlace } from "./second-factors.ts";
import { newSecret, qrSvg, stepOf, uriOf } from "./totp.ts";

export type FactorParts = {
  users: UserRepository;
  repository: FactorRepository;
  changes: FactorChanges;
  policy: FactorPolicy;
  limits: RateLimits;
  allowed: { secondFactor: Limit };
  kek: Uint8Array;
  clock: Clock;
};
export type FactorState = { totp: boolean; passkeys: number; recoveryCodes: number; required: boolean };

const pendingSeconds = 600;
const nothingPending = () =>
  new Problem(409, "nothing_to_confirm", "There is no enrolment to confirm, or it is over: begin anew.");

/** The authenticator app and the recovery codes of a user. */
export class Factors {
  constructor(private readonly parts: FactorParts) {}

  async state(uid: string): Promise<FactorState> {
    const user = await this.parts.users.byId(uid);
    if (!user || user.disabled) throw unauthenticated();
    const { totp, passkeys = 0, recovery = [], roles } = user;
    const required = this.parts.policy.requires(roles);
    return { totp: totp !== undefined, passkeys, recoveryCodes: recovery.length, required };
  }

  /** Nothing counts before a code of the new secret is shown: a stolen token cannot put another app in place. */
  async enrol(caller: Caller) {
    const { repository, changes, kek, clock } = this.parts;
    const user = await changes.subject(caller);
    const secret = newSecret();
    const until = seconds(clock) + pendingSeconds;
    const sealed = sealText(kek, secret, totpPlace(user.uid));
    if (!(await repository.keepPending(user, sealed, until))) throw changedMeanwhile();
    const uri = uriOf(secret, user.email);
    return { secret, uri, qr: qrSvg(uri), seconds: pendingSeconds };
  }

  async confirm(caller: Caller, code: string, from: Origin): Promise<Changed> {
    const { changes, limits, allowed, kek, clock } = this.parts;
    const user = await changes.subject(caller);
    const { uid, totpPending, totpPendingUntil = 0 } = user;
    if (!totpPending || totpPendingUntil <= seconds(clock)) throw nothingPending();
    await limits.take(allowed.secondFactor, uid);
    const step = stepOf(unsealText(kek, totpPending, totpPlace(uid)), code, seconds(clock));
    if (step === undefined)
      throw new Problem(422, "wrong_code", "The code is wrong: take the one that the app shows now.");
    const set = { totp: totpPending, totpLast: step };
    const change = { event: "totp_added" as const, set, remove: ["totpPending", "totpPendingUntil"] };
    const changed = await changes.add(user, change, [...new Set([...caller.amr, "otp", "mfa"])], from);
    await limits.forgive(allowed.secondFactor, uid);
    return changed;
  }

  async removeTotp(caller: Caller, from: Origin): Promise<SignedIn> {
    const user = await this.parts.changes.subject(caller);
    if (!user.totp) throw notFound("authenticator app");
    const change = { event: "totp_removed" as const, remove: ["totp", "totpLast", "totpPending", "totpPendingUntil"] };
    return this.parts.changes.remove(user, change, (user.passkeys ?? 0) > 0, caller, from);
  }

  async replaceCodes(caller: Caller, from: Origin): Promise<Changed> {
    return this.parts.changes.replaceCodes(await this.parts.changes.subject(caller), caller, from);
  }
}
