import { type Clock, seconds } from "../../platform/clock.ts";
import type { Limit, RateLimits } from "../../platform/http/rate-limits.ts";
import { allows, visible } from "../../platform/identity/permissions.ts";
import type { SessionChecker } from "../../platform/identity/sessions.ts";
import type { SigningKeys } from "../../platform/identity/signing-keys.ts";
import { type Caller, impersonationSeconds, signAccessToken, type TokenRules } from "../../platform/identity/tokens.ts";
import { uuid } from "../../platform/ids.ts";
import type { Mail } from "../../platform/mail/mail.ts";
import { notFound, Problem, unauthenticated } from "../../platform/problems.ts";
import type { Log } from "../../platform/telemetry/logging.ts";
import type { UserRepository } from "../accounts/repository.ts";
import type { Letters } from "../letters.ts";
import { type Impersonation, idIn, sidOf } from "./models.ts";
import type { ImpersonationRepository } from "./repository.ts";

export type { Impersonation };
export type ImpersonationParts = {
  users: UserRepository;
  standing: StandingImpersonations;
  keys: SigningKeys;
  letters: Letters;
  mail: Mail;
  limits: RateLimits;
  allowed: Limit;
  rules: TokenRules;
  clock: Clock;
  log: Log;
};
export type Asked = { target: string; reason: string; traceparent: string };

/** Whether an impersonation goes on, and its end; every process asks, so this needs the table only. */
export class StandingImpersonations implements SessionChecker {
  constructor(readonly repository: ImpersonationRepository) {}

  async isLive(sid: string, uid: string): Promise<boolean> {
    const id = idIn(sid);
    const found = id === undefined ? undefined : await this.repository.get(uid, id);
    return found !== undefined && this.repository.isStanding(found);
  }

  async endAll(uid: string, why: string): Promise<void> {
    const found = await this.repository.all(uid);
    await Promise.all(found.map((one) => this.repository.end(one, uid, why)));
  }
}

/** Administrators who see what a user sees: for minutes, to read only, never an administrator, and the user is told. */
export class Impersonations {
  constructor(private readonly parts: ImpersonationParts) {}

  /** The token stands on the session of the administrator too: it ends with either. */
  async start({ uid: actorId, sid }: Caller, { target, reason, traceparent }: Asked) {
    const { users, standing, keys, letters, mail, limits, allowed, rules, clock, log } = this.parts;
    await limits.take(allowed, actorId);
    const actor = await users.byId(actorId);
    if (!actor || actor.disabled || !allows(actor.roles, "user:impersonate")) throw unauthenticated();
    const user = await users.byId(target);
    if (!user) throw notFound("user");
    if (user.roles.includes("administrator"))
      throw new Problem(403, "administrators_are_not_impersonated", "Nobody acts as an administrator but themselves.");
    if (user.disabled) throw new Problem(409, "account_disabled", "This account is disabled: there is nothing to see.");
    const started = seconds(clock);
    const { uid, epoch, roles } = user;
    const fixed = { id: uuid(clock()), uid, epoch, actor: actorId, reason };
    const impersonation = { ...fixed, started, exp: started + impersonationSeconds };
    const told = mail.entry(letters.lookedAt(user.email, reason, impersonationSeconds / 60));
    if (!(await standing.repository.start(impersonation, user, actor, { traceparent, told })))
      throw new Problem(409, "conflict", "One of the accounts has just been changed: look at it and try again.");
    const scopes = visible.filter((permission) => allows(roles, permission));
    const by = { uid: actorId, sid };
    // it proves no presence of the user: it is never fresh and never of two factors
    const proof = { amr: ["impersonation"], acr: "aal1", authTime: 0 };
    const subject = { uid, sid: sidOf(fixed.id), roles, ...proof, scopes, actor: by };
    log("warning", "impersonation_started", { user: uid, by: actorId, impersonation: fixed.id });
    return { impersonation, scopes, accessToken: await signAccessToken(await keys.current(), subject, rules, clock) };
  }

  /** Those that go on, the newest first. */
  async list(uid: string): Promise<Impersonation[]> {
    const found = await this.parts.standing.repository.all(uid);
    return found.sort((a, b) => (a.id < b.id ? 1 : -1));
  }

  /** By the user, or by an administrator. */
  async end(uid: string, id: string, by: string): Promise<void> {
    const { repository } = this.parts.standing;
    const found = await repository.get(uid, id);
    if (!found || !(await repository.end(found, by, by === uid ? "user" : "administrator")))
      throw notFound("impersonation");
    this.parts.log("info", "impersonation_ended", { user: uid, by, impersonation: id });
  }
}
