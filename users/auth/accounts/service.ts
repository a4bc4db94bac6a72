import type { Clock } from "../../platform/clock.ts";
import { hash } from "../../platform/hashes.ts";
import type { Limit, RateLimits, Taken } from "../../platform/http/rate-limits.ts";
import type { Role } from "../../platform/identity/permissions.ts";
import type { SessionIssuer } from "../../platform/identity/sessions.ts";
import type { Caller } from "../../platform/identity/tokens.ts";
import { uuid } from "../../platform/ids.ts";
import type { Mail } from "../../platform/mail/mail.ts";
import { notFound, Problem, stepUpRequired, unauthenticated } from "../../platform/problems.ts";
import type { Log } from "../../platform/telemetry/logging.ts";
import type { Addresses } from "../addresses/service.ts";
import { hasFactor } from "../factors/models.ts";
import type { Letters } from "../letters.ts";
import type { Hasher } from "../passwords/hasher.ts";
import type { PasswordPolicy } from "../passwords/policy.ts";
import { type AdmissionPolicy, needsApproval } from "../policy.ts";
import { wrongCredentials } from "../problems.ts";
import type { Origin } from "../signing-in/origin.ts";
import type { SignedIn, SigningIn } from "../signing-in/service.ts";
import type { StoredUser } from "./models.ts";
import type { UserRepository } from "./repository.ts";

export type AccountsParts = {
  users: UserRepository;
  sessions: SessionIssuer;
  signingIn: SigningIn;
  addresses: Addresses;
  policy: AdmissionPolicy;
  hasher: Hasher;
  passwords: PasswordPolicy;
  letters: Letters;
  mail: Mail;
  limits: RateLimits;
  allowed: { change: Limit; register: Limit };
  clock: Clock;
  log: Log;
};
export type PasswordChange = { current: string; next: string; from: Origin };
export type Registration = { email: string; password: string; name: string; address: string; traceparent: string };

const firstRole: Role = "student";
const changedMeanwhile = () => new Problem(409, "account_changed", "The account has just been changed: try again.");

export class Accounts {
  constructor(private readonly parts: AccountsParts) {}

  /** The answer, and the time it takes, are the same whether the address is new or taken. */
  async register(wanted: Registration): Promise<Taken> {
    const { users, hasher, passwords, addresses, policy, clock, log } = this.parts;
    const taken = await this.parts.limits.take(this.parts.allowed.register, wanted.address);
    await passwords.refuseWeak(wanted.password, wanted);
    const pw = await hasher.hash(wanted.password);
    const user = { uid: uuid(clock()), email: wanted.email, name: wanted.name, roles: [firstRole], pw, epoch: 0 };
    const waiting = needsApproval(policy, user.email) ? { approval: "waiting" as const } : {};
    const isNew = await users.register({ ...user, ...waiting }, wanted.traceparent);
    await addresses.greet(user, isNew);
    log("info", isNew ? "registered" : "registration_of_known_address", { account: hash(wanted.email).slice(0, 12) });
    return taken;
  }

  async me(uid: string): Promise<StoredUser> {
    const user = await this.parts.users.byId(uid);
    if (!user || user.disabled) throw unauthenticated();
    return user;
  }

  /**
   * A new password ends every session and starts a new one: whoever knew the old one is out. The new session is as
   * sure of its user as the caller's was, so that a password alone never makes one of two factors.
   */
  async changePassword({ uid, amr, acr, authTime }: Caller, change: PasswordChange): Promise<SignedIn> {
    const { limits, allowed, users, hasher, passwords, sessions, signingIn, letters, mail } = this.parts;
    const user = await this.me(uid);
    const isStrong = acr === "aal2";
    if (hasFactor(user) && !isStrong) throw stepUpRequired("This needs two factors", 'acr_values="aal2"');
    // a counter of its own: strangers who try the account's log-in cannot keep its owner from a new password
    await limits.take(allowed.change, uid);
    if (!(await hasher.verify(change.current, user.pw))) throw wrongCredentials();
    await passwords.refuseWeak(change.next, user, "new");
    const told = [mail.entry(letters.passwordChanged(user.email))];
    const epoch = await users.newEpoch(user, "user.password_changed", await hasher.hash(change.next), told);
    if (epoch === undefined) throw changedMeanwhile();
    await sessions.endAll(uid, "password");
    const proof = isStrong ? ({ amr, acr: "aal2", authTime } as const) : ({ amr: ["pwd"], acr: "aal1" } as const);
    return signingIn.open({ ...user, epoch }, proof, change.from);
  }

  /** Ends every session, this one too. The new epoch also ends those that a crash half way would leave. */
  async logoutEverywhere(uid: string): Promise<number> {
    const epoch = await this.parts.users.newEpoch(await this.me(uid), "user.logged_out_everywhere");
    if (epoch === undefined) throw changedMeanwhile();
    return this.parts.sessions.endAll(uid, "logout");
  }

  /** The same roles again change nothing; new roles end the user's sessions, so that no token keeps the old ones. */
  async setRoles(email: string, wanted: readonly Role[], traceparent: string): Promise<StoredUser> {
    for (let attempt = 0; attempt < 5; attempt++) {
      const user = await this.parts.users.byEmail(email);
      if (!user) throw notFound("user");
      if (sameRoles(user.roles, wanted)) return user;
      const outcome = await this.parts.users.setRoles(user, wanted, traceparent);
      if (outcome === "last_administrator")
        throw new Problem(
          409,
          "last_administrator",
          "The last administrator keeps the role: give it to another user first.",
        );
      if (outcome === "seen_stale") continue;
      await this.parts.sessions.endAll(user.uid, "roles");
      this.parts.log("info", "roles_changed", { user: user.uid, roles: wanted.join(" ") });
      return { ...user, roles: [...wanted], epoch: user.epoch + 1 };
    }
    throw new Problem(409, "conflict", "The user is being changed by somebody else; try again.");
  }

  /** An operator has made sure that the address is the user's own, or takes that back. */
  async setVerified(email: string, verified: boolean): Promise<void> {
    const user = await this.parts.users.byEmail(email);
    if (!user) throw notFound("user");
    if (!(await this.parts.users.setVerified(user, verified))) throw changedMeanwhile();
    this.parts.log("info", "address_verified", { user: user.uid, verified });
  }

  /** The address of a user, for services that decide by it; null unless it is verified. */
  async verifiedAddress(uid: string): Promise<string | null> {
    const user = await this.parts.users.byId(uid);
    return user?.verified && !user.disabled ? this.parts.users.normalAddress(user) : null;
  }

  /** Whether an account is there and not disabled, for what lives longer than a session. */
  async isActive(uid: string): Promise<boolean> {
    const user = await this.parts.users.byId(uid);
    return user !== undefined && !user.disabled;
  }
}

export function sameRoles(a: readonly Role[], b: readonly Role[]): boolean {
  return a.length === b.length && a.every((role) => b.includes(role));
}
