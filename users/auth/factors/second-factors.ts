import { type Clock, seconds } from "../../platform/clock.ts";
import type { Limit, RateLimits } from "../../platform/http/rate-limits.ts";
import type { SecondFactor as AskedElsewhere } from "../../platform/identity/second-factor.ts";
import { Problem } from "../../platform/problems.ts";
import { unsealText } from "../../platform/secrets/sealing.ts";
import type { Log } from "../../platform/telemetry/logging.ts";
import type { StoredUser } from "../accounts/models.ts";
import type { UserRepository } from "../accounts/repository.ts";
import type { PasskeyChecks } from "../passkeys/checks.ts";
import type { Assertion } from "../passkeys/models.ts";
import { hasFactor, kindsOf } from "./models.ts";
import { hashOfCode } from "./recovery-codes.ts";
import type { FactorRepository } from "./repository.ts";
import { stepOf } from "./totp.ts";

/** What somebody shows as the second factor: one of these. */
export type SecondFactor = {
  totp?: string | undefined;
  recovery?: string | undefined;
  passkey?: Assertion | undefined;
};
export type SecondFactorParts = {
  users: UserRepository;
  repository: FactorRepository;
  passkeys: PasskeyChecks;
  limits: RateLimits;
  allowed: { secondFactor: Limit };
  kek: Uint8Array;
  clock: Clock;
  log: Log;
};

/** A code that raced with other codes of the same user is looked at again; there are ten. */
const tries = 12;
export const totpPlace = (uid: string) => `totp|${uid}`;

const missing = () =>
  new Problem(401, "second_factor_required", "This account has a second factor: show it as well.", {
    errors: [
      {
        row: null,
        field: "second_factor",
        code: "second_factor_required",
        message: "second_factor is missing",
        fix: "Send a code of the authenticator app, a recovery code, or a passkey (POST /api/v1/auth/passkeys/options).",
      },
    ],
  });
const wrong = () =>
  new Problem(401, "wrong_second_factor", "It is wrong, over, or was used already: show another one.");

/** Asks for the second factor wherever a way in, or back in, would otherwise go round it. */
export class SecondFactors implements AskedElsewhere {
  constructor(private readonly parts: SecondFactorParts) {}

  async isOn(uid: string): Promise<boolean> {
    const user = await this.parts.users.byId(uid);
    return user !== undefined && hasFactor(user);
  }

  /** For callers that count the tries themselves, before they ask. */
  async verify(uid: string, code: string): Promise<boolean> {
    const user = await this.parts.users.byId(uid);
    const given = /^\d{6}$/.test(code) ? { totp: code } : { recovery: code };
    const isRight = user !== undefined && (await this.look(user, given)) !== undefined;
    if (!isRight) this.parts.log("warning", "second_factor_refused", { user: uid });
    return isRight;
  }

  /** What this user may show, with what a browser needs to use a passkey. */
  async offer(user: StoredUser) {
    const factors = kindsOf(user);
    const passkey = factors.includes("passkey") ? await this.parts.passkeys.options(user.uid) : null;
    return { factors, passkey };
  }

  /** What was proved (nothing, where there is no second factor); `counter`: where tries are counted. */
  async demand(user: StoredUser, given: SecondFactor | undefined, counter: string): Promise<string[]> {
    if (!hasFactor(user)) return [];
    if (!given) throw missing();
    return this.prove(user, given, counter);
  }

  /** Every try is counted before anything is looked at; what was right gives the tries back. */
  async prove(user: StoredUser, given: SecondFactor, counter: string): Promise<string[]> {
    const { limits, allowed, log } = this.parts;
    await limits.take(allowed.secondFactor, counter);
    const amr = await this.look(user, given);
    if (!amr) {
      log("warning", "second_factor_refused", { user: user.uid, kind: Object.keys(given).join(" ") });
      throw wrong();
    }
    await limits.forgive(allowed.secondFactor, counter);
    return amr;
  }

  private async look(user: StoredUser, { totp, recovery, passkey }: SecondFactor): Promise<string[] | undefined> {
    if (totp !== undefined) return (await this.takesCode(user, totp)) ? ["otp"] : undefined;
    if (recovery !== undefined) return (await this.takesRecovery(user, recovery)) ? ["recovery"] : undefined;
    const used = passkey && (await this.parts.passkeys.used(passkey, user.uid));
    return used?.amr;
  }

  private async takesCode(user: StoredUser, code: string): Promise<boolean> {
    const { repository, kek, clock } = this.parts;
    if (!user.totp) return false;
    const step = stepOf(unsealText(kek, user.totp, totpPlace(user.uid)), code, seconds(clock));
    return step !== undefined && repository.takeStep(user, step);
  }

  private async takesRecovery(user: StoredUser, code: string): Promise<boolean> {
    const { repository, users } = this.parts;
    const wanted = hashOfCode(code);
    let current: StoredUser | undefined = user;
    for (let attempt = 0; attempt < tries && current; attempt++) {
      if (!hasFactor(current) || !current.recovery?.includes(wanted)) return false;
      if (await repository.takeCode(current, wanted)) return true;
      current = await users.byId(user.uid);
    }
    return false;
  }
}
