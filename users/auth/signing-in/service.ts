import type { Clock } from "../../platform/clock.ts";
import type { DailyCounts } from "../../platform/dynamo/daily-counts.ts";
import { hash } from "../../platform/hashes.ts";
import type { Limit, RateLimits, Taken } from "../../platform/http/rate-limits.ts";
import type { Place } from "../../platform/identity/places.ts";
import type { Issued, LiveSession, SessionIssuer } from "../../platform/identity/sessions.ts";
import type { SigningKeys } from "../../platform/identity/signing-keys.ts";
import { signAccessToken, type TokenRules } from "../../platform/identity/tokens.ts";
import { Problem } from "../../platform/problems.ts";
import type { Log } from "../../platform/telemetry/logging.ts";
import type { StoredUser } from "../accounts/models.ts";
import type { UserRepository } from "../accounts/repository.ts";
import type { Hasher } from "../passwords/passwords.ts";
import { type AdmissionPolicy, refuseClosed } from "../policy.ts";
import { wrongCredentials } from "../problems.ts";
import type { KnownDevices } from "./known-devices.ts";

export type SigningInParts = {
  users: UserRepository;
  sessions: SessionIssuer;
  keys: SigningKeys;
  hasher: Hasher;
  limits: RateLimits;
  devices: KnownDevices;
  rules: TokenRules;
  policy: AdmissionPolicy;
  allowed: { account: Limit; address: Limit };
  counts: DailyCounts;
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
  place?: Place | undefined;
};
export type LoggedIn = SignedIn & { taken: Taken; newDevice: string | undefined };
/** What has been proved, and from where. */
export type Proof = {
  amr: readonly string[];
  acr: "aal1" | "aal2";
  device: string;
  place?: Place | undefined;
  isKnownDevice?: boolean;
};

const refreshRefused = () => new Problem(401, "refresh_refused", "The session is over: log in again.");

export class SigningIn {
  constructor(private readonly parts: SigningInParts) {}

  async login(given: LoginRequest): Promise<LoggedIn> {
    const { limits, allowed, users, hasher, devices, counts, log } = this.parts;
    const account = given.email.trim().normalize("NFKC").toLowerCase();
    await limits.take(allowed.address, given.address);
    const counter = devices.counterOf(account, given.knownDevice);
    const taken = await limits.take(allowed.account, counter);
    const user = await users.byEmail(given.email);
    const matches = await hasher.verify(given.password, user?.pw);
    if (!user || !matches) {
      counts.add("refused/password");
      log("warning", "login_refused", { account: hash(account).slice(0, 12), address: given.address });
      throw wrongCredentials();
    }
    await limits.forgive(allowed.account, counter);
    refuseClosed(this.parts.policy, user);
    const newDevice = counter === account ? devices.tokenFor(account) : undefined;
    const from = { device: given.device, place: given.place, isKnownDevice: counter !== account };
    return { ...(await this.open(user, { amr: ["pwd"], acr: "aal1", ...from })), taken, newDevice };
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

  /** A new session for whoever has proved to be this user. */
  async open(user: StoredUser, proof: Proof): Promise<SignedIn> {
    refuseClosed(this.parts.policy, user);
    const { uid, epoch, roles } = user;
    return this.signedIn(user, await this.parts.sessions.issue({ uid, epoch, roles, ...proof }));
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
