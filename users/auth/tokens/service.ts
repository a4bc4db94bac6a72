import { type Clock, day, seconds } from "../../platform/clock.ts";
import { hash } from "../../platform/hashes.ts";
import type { Limit, RateLimits, Taken } from "../../platform/http/rate-limits.ts";
import { allows, boundToFarms, grantable, may, type Scope } from "../../platform/identity/permissions.ts";
import type { SessionChecker } from "../../platform/identity/sessions.ts";
import type { SigningKeys } from "../../platform/identity/signing-keys.ts";
import { type Caller, signAccessToken, type TokenRules } from "../../platform/identity/tokens.ts";
import { randomText, uuid } from "../../platform/ids.ts";
import { notFound, Problem, quotaReached, unauthenticated } from "../../platform/problems.ts";
import type { Log } from "../../platform/telemetry/logging.ts";
import { type Owner, places, type StoredToken, type TokenRepository } from "./repository.ts";
import { matches, readSid, readToken, sidOf, tokenText } from "./secrets.ts";

export type { StoredToken };
export type TokenParts = {
  repository: TokenRepository;
  standing: StandingTokens;
  keys: SigningKeys;
  limits: RateLimits;
  allowed: Limit;
  rules: TokenRules;
  clock: Clock;
  log: Log;
};
export type Wanted = { name: string; scopes: readonly Scope[]; farms?: readonly string[] | undefined; days: number };
export type Maker = Pick<Caller, "uid" | "roles" | "scopes">;
export type Exchanged = {
  accessToken: string;
  scopes: readonly Scope[];
  farms: readonly string[] | undefined;
  taken: Taken;
};

const tries = 8;
const refused = () =>
  new Problem(401, "token_refused", "The token is unknown, over, or was taken back: make a new one.");

/** Whether the tokens of a user still stand, and their end; every process asks, so this needs the table only. */
export class StandingTokens implements SessionChecker {
  constructor(private readonly repository: TokenRepository) {}

  async isLive(sid: string, uid: string): Promise<boolean> {
    const named = readSid(sid);
    const token = named && (await this.repository.at(uid, named.place));
    return token?.id === named?.id && token !== undefined && isFor(await this.repository.owner(uid), token);
  }

  end(uid: string, token: StoredToken, why: string): Promise<boolean> {
    return this.repository.end(uid, token, sidOf(token.place, token.id), why);
  }

  async endAll(uid: string, why: string): Promise<void> {
    const found = await this.repository.all(uid);
    await Promise.all(found.map((token) => this.end(uid, token, why)));
  }
}

/** Personal access tokens: made by a user, shown once, exchanged for short access tokens with fewer rights. */
export class Tokens {
  constructor(private readonly parts: TokenParts) {}

  /** Within what the caller's own token may: that of somebody who lacks a second factor may less than the roles. */
  async create(caller: Maker, { name, scopes, farms, days }: Wanted): Promise<{ token: StoredToken; text: string }> {
    const { repository, clock } = this.parts;
    const { uid } = caller;
    const owner = await repository.owner(uid);
    if (!owner || owner.disabled) throw unauthenticated();
    const beyond = scopes.find((scope) => !allows(owner.roles, scope) || !may(caller, scope));
    if (beyond) throw beyondRights(beyond);
    const ofNoFarm = farms && scopes.find((scope) => !boundToFarms.includes(scope));
    if (ofNoFarm) throw scopeOfNoFarm(ofNoFarm);
    const secret = randomText(32);
    const now = seconds(clock);
    const narrowed = { scopes: [...scopes], ...(farms && { farms: [...farms] }) };
    const fixed = { name, ...narrowed, secret: hash(secret), epoch: owner.epoch };
    for (let attempt = 0; attempt < tries; attempt++) {
      const place = freePlace(await repository.all(uid));
      const token = { id: uuid(clock()), place, ...fixed, created: now, exp: now + days * day };
      const outcome = await repository.keep(uid, token);
      if (outcome === "kept") return { token, text: tokenText({ uid, place, id: token.id, secret }) };
      if (outcome === "account_changed")
        throw new Problem(409, "account_changed", "The account has just been changed: log in again.");
    }
    throw new Problem(409, "conflict", "Too many tokens are being made at once: try again.");
  }

  /** The user's tokens, newest first; one that the account has outgrown no longer counts and is not told. */
  async list(uid: string): Promise<StoredToken[]> {
    const owner = await this.parts.repository.owner(uid);
    const found = (await this.parts.repository.all(uid)).filter((token) => isFor(owner, token));
    return found.sort((a, b) => (a.id < b.id ? 1 : -1));
  }

  async revoke(uid: string, id: string): Promise<void> {
    const token = (await this.parts.repository.all(uid)).find((one) => one.id === id);
    if (!token || !(await this.parts.standing.end(uid, token, "revoked"))) throw notFound("token");
  }

  /** A short access token with the token's scopes, as far as the user has them now. */
  async exchange(text: string, address: string): Promise<Exchanged> {
    const { repository, keys, limits, allowed, rules, clock, log } = this.parts;
    const taken = await limits.take(allowed, address);
    const named = readToken(text);
    const token = named && (await repository.at(named.uid, named.place));
    const owner = token && (await repository.owner(named.uid));
    const isRight = token?.id === named?.id && matches(named?.secret ?? "", token?.secret ?? "");
    if (!named || !token || !owner || !isRight || !isFor(owner, token)) {
      log("warning", "token_refused", { address });
      throw refused();
    }
    const scopes = grantable.filter((scope) => token.scopes.includes(scope) && allows(owner.roles, scope));
    await repository.markUsed(named.uid, token);
    const sid = sidOf(token.place, token.id);
    // a token proves no presence: it is never fresh and never of two factors
    const subject = { uid: named.uid, sid, roles: owner.roles, amr: ["token"], acr: "aal1", authTime: 0, scopes };
    const accessToken = await signAccessToken(await keys.current(), { ...subject, farms: token.farms }, rules, clock);
    return { accessToken, scopes, farms: token.farms, taken };
  }
}

const isFor = (owner: Owner | undefined, { epoch }: StoredToken) =>
  owner !== undefined && !owner.disabled && owner.epoch === epoch;

/** One of the free places by chance, so that those who ask at once seldom want the same. */
function freePlace(taken: readonly StoredToken[]): number {
  const free = Array.from({ length: places }, (_, place) => place).filter(
    (place) => !taken.some((token) => token.place === place),
  );
  const place = free[Math.floor(Math.random() * free.length)];
  if (place === undefined)
    throw quotaReached(`You have ${places} tokens, which is all that one may have: take one back.`);
  return place;
}

function beyondRights(scope: Scope): Problem {
  const message = `You do not have the permission ${scope} yourself.`;
  const error = { row: null, field: "scopes", code: "beyond_rights", message, fix: "Leave it out." };
  return new Problem(422, "beyond_rights", message, { errors: [error] });
}

function scopeOfNoFarm(scope: Scope): Problem {
  const message = `What ${scope} permits belongs to no one farm.`;
  const fix = "Leave it out, or make another token without farms.";
  return new Problem(422, "scope_of_no_farm", message, {
    errors: [{ row: null, field: "scopes", code: "scope_of_no_farm", message, fix }],
  });
}
