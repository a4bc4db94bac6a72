import type { Clock } from "../platform/clock.ts";
import { hash } from "../platform/hashes.ts";
import type { Limit, RateLimits, Taken } from "../platform/http/rate-limits.ts";
import type { Role } from "../platform/identity/permissions.ts";
import type { Issued, LiveSession, SessionIssuer } from "../platform/identity/sessions.ts";
import type { SigningKeys } from "../platform/identity/signing-keys.ts";
import { signAccessToken, type TokenRules } from "../platform/identity/tokens.ts";
import { uuid } from "../platform/ids.ts";
import { notFound, Problem, unauthenticated } from "../platform/problems.ts";
import type { Log } from "../platform/telemetry/logging.ts";
import type { KnownDevices } from "./known-devices.ts";
import { type Hasher, weakness } from "./passwords.ts";
import type { StoredUser, UserRepository } from "./repository.ts";

export type { StoredUser };
export type AuthLimits = { account: Limit; change: Limit; address: Limit; register: Limit };
export type AuthParts = {
  users: UserRepository;
  sessions: SessionIssuer;
  keys: SigningKeys;
  hasher: Hasher;
  limits: RateLimits;
  devices: KnownDevices;
  rules: TokenRules;
  allowed: AuthLimits;
  clock: Clock;
  log: Log;
};

export type SignedIn = { user: StoredUser; accessToken: string; refreshToken: string; maxAgeSeconds: number };
export type LoginRequest = {
  email: string;
  password: string;
  address: string;
  device: string;
  knownDevice: string | undefined;
};
export type LoggedIn = SignedIn & { taken: Taken; newDevice: string | undefined };
export type PasswordChange = { current: string; next: string; device: string };
export type Registration = { email: string; password: string; name: string; address: string; traceparent: string };

const firstRole: Role = "student";
const wrong = () => new Problem(401, "wrong_credentials", "The email or the password is wrong.");
const changedMeanwhile = () => new Problem(409, "account_changed", "The account has just been changed: try again.");
const refreshRefused = () => new Problem(401, "refresh_refused", "The session is over: log in again.");

export class Auth {
  constructor(private readonly parts: AuthParts) {}

  /** The answer, and the time it takes, are the same whether the address is new or taken. */
  async register(wanted: Registration): Promise<Taken> {
    const { users, hasher, clock, log } = this.parts;
    const taken = await this.parts.limits.take(this.parts.allowed.register, wanted.address);
    const weak = weakness(wanted.password, [wanted.email, wanted.name, "bellwether"]);
    if (weak) throw weakPassword(weak);
    const pw = await hasher.hash(wanted.password);
    const user = { uid: uuid(clock()), email: wanted.email, name: wanted.name, roles: [firstRole], pw, epoch: 0 };
    const isNew = await users.register(user, wanted.traceparent);
    log("info", isNew ? "registered" : "registration_of_known_address", { account: hash(wanted.email).slice(0, 12) });
    return taken;
  }

  async login(given: LoginRequest): Promise<LoggedIn> {
    const { limits, allowed, users, hasher, devices, log } = this.parts;
    const account = given.email.trim().normalize("NFKC").toLowerCase();
    await limits.take(allowed.address, given.address);
    const counter = devices.counterOf(account, given.knownDevice);
    const taken = await limits.take(allowed.account, counter);
    const user = await users.byEmail(given.email);
    const matches = await hasher.verify(given.password, user?.pw);
    if (!user || !matches || user.disabled) {
      log("warning", "login_refused", { account: hash(account).slice(0, 12), address: given.address });
      throw wrong();
    }
    await limits.forgive(allowed.account, counter);
    const newDevice = counter === account ? devices.tokenFor(account) : undefined;
    return { ...(await this.signedIn(user, await this.start(user, given.device))), taken, newDevice };
  }

  async refresh(refreshToken: string): Promise<SignedIn> {
    const outcome = await this.parts.sessions.rotate(refreshToken);
    if (outcome.kind === "race")
      throw new Problem(409, "refresh_race", "Another tab has just refreshed: wait a moment and try once more.");
    if (outcome.kind === "refused") throw refreshRefused();
    const user = await this.parts.users.byId(outcome.session.uid);
    if (!user || user.disabled || user.epoch !== outcome.session.epoch) {
      await this.parts.sessions.end(outcome.session.uid, outcome.session.sid, user?.disabled ? "disabled" : "roles");
      throw refreshRefused();
    }
    return this.signedIn(user, outcome);
  }

  logout(refreshToken: string): Promise<boolean> {
    return this.parts.sessions.endByToken(refreshToken);
  }

  async me(uid: string): Promise<StoredUser> {
    const user = await this.parts.users.byId(uid);
    if (!user || user.disabled) throw unauthenticated();
    return user;
  }

  /** A new password ends every session and starts a new one: whoever knew the old one is out. */
  async changePassword(uid: string, change: PasswordChange): Promise<SignedIn> {
    const { limits, allowed, users, hasher, sessions } = this.parts;
    const user = await this.me(uid);
    // a counter of its own: strangers who try the account's log-in cannot keep its owner from a new password
    await limits.take(allowed.change, uid);
    if (!(await hasher.verify(change.current, user.pw))) throw wrong();
    const weak = weakness(change.next, [user.email, user.name, "bellwether"]);
    if (weak) throw weakPassword(weak);
    const epoch = await users.newEpoch(user, "user.password_changed", await hasher.hash(change.next));
    if (epoch === undefined) throw changedMeanwhile();
    await sessions.endAll(uid, "password");
    return this.signedIn(user, await this.start({ ...user, epoch }, change.device));
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

  private start({ uid, epoch, roles }: StoredUser, device: string): Promise<Issued> {
    return this.parts.sessions.issue({ uid, epoch, roles, amr: ["pwd"], acr: "aal1", device });
  }

  private async signedIn(user: StoredUser, issued: Issued): Promise<SignedIn> {
    const accessToken = await this.accessToken(user, issued.session);
    return { user, accessToken, refreshToken: issued.refreshToken, maxAgeSeconds: issued.maxAgeSeconds };
  }

  private async accessToken(user: StoredUser, { sid, amr, acr, authTime }: LiveSession): Promise<string> {
    const { keys, rules, clock } = this.parts;
    const subject = { uid: user.uid, sid, roles: user.roles, amr, acr, authTime };
    return signAccessToken(await keys.current(), subject, rules, clock);
  }
}

function weakPassword(message: string): Problem {
  const error = {
    row: null,
    field: "password",
    code: "weak_password",
    message,
    fix: "Take four or more unrelated words.",
  };
  return new Problem(422, "weak_password", message, { errors: [error] });
}

function sameRoles(a: readonly Role[], b: readonly Role[]): boolean {
  return a.length === b.length && a.every((role) => b.includes(role));
}
