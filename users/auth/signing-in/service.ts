import type { Clock } from "../../platform/clock.ts";
import type { DailyCounts } from "../../platform/dynamo/daily-counts.ts";
import { hash } from "../../platform/hashes.ts";
import type { Limit, RateLimits, Taken } from "../../platform/http/rate-limits.ts";
import type { Issued, LiveSession, SessionIssuer } from "../../platform/identity/sessions.ts";
import type { SigningKeys } from "../../platform/identity/signing-keys.ts";
import { signAccessToken, type TokenRules } from "../../platform/identity/tokens.ts";
import { Problem } from "../../platform/problems.ts";
import type { Log } from "../../platform/telemetry/logging.ts";
import type { StoredUser } from "../accounts/models.ts";
import type { UserRepository } from "../accounts/repository.ts";
import type { Challenged, Challenges } from "../factors/challenges.ts";
import { hasFactor } from "../factors/models.ts";
import type { FactorPolicy } from "../factors/policy.ts";
import type { SecondFactor } from "../factors/second-factors.ts";
import type { Hasher } from "../passwords/hasher.ts";
import { type AdmissionPolicy, refuseClosed } from "../policy.ts";
import { wrongCredentials } from "../problems.ts";
import type { KnownDevices } from "./known-devices.ts";
import type { Origin } from "./origin.ts";

export type SigningInParts = {
  users: UserRepository;
  sessions: SessionIssuer;
  keys: SigningKeys;
  hasher: Hasher;
  limits: RateLimits;
  devices: KnownDevices;
  challenges: Challenges;
  factorPolicy: FactorPolicy;
  rules: TokenRules;
  policy: AdmissionPolicy;
  allowed: { account: Limit; address: Limit };
  counts: DailyCounts;
  clock: Clock;
  log: Log;
};
export type SignedIn = {
  user: StoredUser;
  accessToken: string;
  refreshToken: string;
  maxAgeSeconds: number;
  /** The session may do nothing but enrol the second factor that a role needs. */
  mustEnrol: boolean;
  /** What a device that signed in for the first time is known by from now on. */
  newDevice?: string | undefined;
};
export type LoginRequest = { email: string; password: string; address: string; from: Origin };
export type LoggedIn = { taken: Taken; outcome: SignedIn | Challenged };
/** What has been proved, and when, if not now. */
export type Proof = { amr: readonly string[]; acr: "aal1" | "aal2"; authTime?: number };

export const isChallenge = (outcome: SignedIn | Challenged): outcome is Challenged => "challenge" in outcome;

const refreshRefused = () => new Problem(401, "refresh_refused", "The session is over: log in again.");

export class SigningIn {
  constructor(private readonly parts: SigningInParts) {}

  async login(given: LoginRequest): Promise<LoggedIn> {
    const { limits, allowed, users, hasher, devices, counts, log } = this.parts;
    const account = users.normalAddress(given);
    await limits.take(allowed.address, given.address);
    const counter = devices.counterOf(account, given.from.knownDevice);
    const taken = await limits.take(allowed.account, counter);
    const user = await users.byEmail(given.email);
    const matches = await hasher.verify(given.password, user?.pw);
    if (!user || !matches) {
      counts.add("refused/password");
      log("warning", "login_refused", { account: hash(account).slice(0, 12), address: given.address });
      throw wrongCredentials();
    }
    if (!hasher.isPresent(user.pw)) await users.rehash(user, await hasher.hash(given.password));
    await limits.forgive(allowed.account, counter);
    refuseClosed(this.parts.policy, user);
    return { outcome: await this.admit(user, { amr: ["pwd"], acr: "aal1" }, given.from, hash(counter)), taken };
  }

  /** A session for whoever has proved one factor, or the question for the second; `counter`: where its tries count. */
  async admit(user: StoredUser, proof: Proof, from: Origin, counter: string): Promise<SignedIn | Challenged> {
    if (proof.acr === "aal2" || !hasFactor(user)) return this.open(user, proof, from);
    return this.parts.challenges.open(user, { amr: [...proof.amr], counter });
  }

  /** The second factor of a sign-in that waits for it. */
  async answer(challenge: string, given: SecondFactor, from: Origin): Promise<SignedIn> {
    const { user, amr } = await this.parts.challenges.answer(challenge, given);
    return this.open(user, { amr, acr: "aal2" }, from);
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

  /** A token for what a page of ours does in the name of who is signed in; undefined once that is over. */
  async tokenOf(session: LiveSession): Promise<string | undefined> {
    const user = await this.parts.users.byId(session.uid);
    if (!user || user.disabled || user.epoch !== session.epoch) return undefined;
    return this.accessToken(user, session);
  }

  logout(refreshToken: string): Promise<boolean> {
    return this.parts.sessions.endByToken(refreshToken);
  }

  /**
   * A new session for whoever has proved to be this user: the only way to one. Whatever was proved, a closed account stays
   * closed, a strange place or device is flagged, and the device counts its tries of the password apart from now on.
   */
  async open(user: StoredUser, proof: Proof, { device, place, knownDevice }: Origin): Promise<SignedIn> {
    const { devices, policy, sessions, users } = this.parts;
    refuseClosed(policy, user);
    const account = users.normalAddress(user);
    const isKnownDevice = devices.counterOf(account, knownDevice) !== account;
    const { uid, epoch, roles } = user;
    const issued = await sessions.issue({ uid, epoch, roles, ...proof, device, place, isKnownDevice });
    return { ...(await this.signedIn(user, issued)), newDevice: isKnownDevice ? undefined : devices.tokenFor(account) };
  }

  private async signedIn(user: StoredUser, issued: Issued): Promise<SignedIn> {
    const accessToken = await this.accessToken(user, issued.session);
    const { refreshToken, maxAgeSeconds, session } = issued;
    const mustEnrol = this.parts.factorPolicy.rolesIn(user.roles, session.acr) !== user.roles;
    return { user, accessToken, refreshToken, maxAgeSeconds, mustEnrol };
  }

  private async accessToken(user: StoredUser, { sid, amr, acr, authTime }: LiveSession): Promise<string> {
    const { keys, rules, factorPolicy, clock } = this.parts;
    const subject = { uid: user.uid, sid, roles: factorPolicy.rolesIn(user.roles, acr), amr, acr, authTime };
    return signAccessToken(await keys.current(), subject, rules, clock);
  }
}
