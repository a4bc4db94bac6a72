import { type Clock, day, seconds } from "../platform/clock.ts";
import type { DailyCounts } from "../platform/dynamo/daily-counts.ts";
import type { Table } from "../platform/dynamo/table.ts";
import { hash } from "../platform/hashes.ts";
import type {
  EndReason,
  Issued,
  LiveSession,
  NewSession,
  RevocationFeed,
  Rotation,
  SessionChecker,
  SessionIssuer,
} from "../platform/identity/sessions.ts";
import { randomText } from "../platform/ids.ts";
import { Problem } from "../platform/problems.ts";
import type { Log } from "../platform/telemetry/logging.ts";
import type { Metrics } from "../platform/telemetry/metrics.ts";
import type { Policies, SessionPolicy } from "./policies.ts";
import { RefreshTokens } from "./refresh-tokens.ts";
import { SessionRepository, type Slot, type StoredSession, sessionItem } from "./repository.ts";
import { type Flag, flagsOf } from "./suspicion.ts";

export type { StoredSession };
export type SessionParts = {
  table: Table;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  policies: Policies;
  counts: DailyCounts;
  kek: Uint8Array;
  /** what stands beside the sessions of a user and ends with all of them */
  beside?: readonly { endAll(uid: string, why: EndReason): Promise<void> }[];
};

/** For sessions that were started before each kept its own. */
const usualIdleSeconds = 14 * day;
const graceMs = 10_000;
const feedReachSeconds = 3_600;
/** A transaction takes a moment between its timestamp and its commit; the feed overlaps by that. */
const feedOverlapSeconds = 5;
const startTries = 12;

export class Sessions implements SessionIssuer, SessionChecker, RevocationFeed {
  private readonly repository: SessionRepository;
  private readonly tokens: RefreshTokens;
  private readonly queues = new Map<string, Promise<unknown>>();

  constructor(private readonly parts: SessionParts) {
    this.repository = new SessionRepository(parts.table, parts.clock);
    this.tokens = new RefreshTokens(parts.kek);
  }

  /** Logins of one user queue here within a process; between processes the transaction decides. */
  async issue(login: NewSession): Promise<Issued> {
    const before = this.queues.get(login.uid) ?? Promise.resolve();
    const mine = before.catch(() => undefined).then(() => this.start(login));
    this.queues.set(login.uid, mine);
    try {
      return await mine;
    } finally {
      if (this.queues.get(login.uid) === mine) this.queues.delete(login.uid);
    }
  }

  async rotate(refreshToken: string): Promise<Rotation> {
    const given = this.tokens.read(refreshToken);
    if (!given) return { kind: "refused" };
    const secret = randomText(32);
    const outcome = await this.repository.rotate(given.sid, hash(given.secret), hash(secret), usualIdleSeconds);
    if (!("failed" in outcome)) {
      this.count("refreshed");
      if (dayOf(outcome.seenBefore ?? outcome.seen) !== dayOf(outcome.seen)) this.parts.counts.add("active");
      return { kind: "rotated", ...this.issued(outcome, secret) };
    }
    return outcome.failed ? this.explain(sessionItem.parse(outcome.failed), hash(given.secret)) : { kind: "refused" };
  }

  async end(uid: string, sid: string, why: EndReason): Promise<boolean> {
    const ended = await this.repository.end(uid, sid, why);
    if (ended) {
      this.count("ended");
      this.parts.counts.add(`ended/${why}`);
    }
    return ended;
  }

  /** Any token that the session ever had ends it: a browser whose last refresh got lost logs out all the same. */
  async endByToken(refreshToken: string): Promise<boolean> {
    const given = this.tokens.read(refreshToken);
    const session = given && (await this.repository.get(given.sid));
    return session ? this.end(session.uid, session.sid, "logout") : false;
  }

  async endAll(uid: string, why: EndReason, except?: string): Promise<number> {
    if (except === undefined) for (const kind of this.parts.beside ?? []) await kind.endAll(uid, why);
    const slots = (await this.repository.slots(uid)).filter(({ sid }) => sid !== except);
    const ended = await Promise.all(slots.map(({ sid }) => this.end(uid, sid, why)));
    return ended.filter(Boolean).length;
  }

  /** The living session whose newest refresh token this is; the token is not used up. */
  async ofToken(refreshToken: string): Promise<LiveSession | undefined> {
    const given = this.tokens.read(refreshToken);
    const session = given && (await this.repository.get(given.sid));
    if (!session || session.cur !== hash(given.secret) || !this.isAlive(session)) return undefined;
    const { sid, uid, epoch, amr, acr, authTime } = session;
    return { sid, uid, epoch, amr, acr, authTime };
  }

  async isLive(sid: string, uid: string): Promise<boolean> {
    const session = await this.repository.get(sid);
    return session !== undefined && session.uid === uid && this.isAlive(session);
  }

  async since(since: number): Promise<string[]> {
    const reach = seconds(this.parts.clock) - feedReachSeconds;
    return this.repository.endedSince(Math.max(since - feedOverlapSeconds, reach));
  }

  /** The user's living sessions, newest first. */
  async list(uid: string): Promise<StoredSession[]> {
    const slots = await this.repository.slots(uid);
    const found = await Promise.all(slots.map(({ sid }) => this.repository.get(sid)));
    const living = found.filter((session) => session !== undefined).filter((session) => this.isAlive(session));
    return living.sort((a, b) => b.authTime - a.authTime);
  }

  private async start(login: NewSession): Promise<Issued> {
    const policy = this.parts.policies.of(login.roles);
    const last = await this.repository.lastSignIn(login.uid);
    const flags = flagsOf({ ...login, at: seconds(this.parts.clock) }, last);
    for (let attempt = 0; attempt < startTries; attempt++) {
      const slots = await this.repository.slots(login.uid);
      const choice = await this.allowed(chooseSlot(slots, policy.cap, seconds(this.parts.clock)), slots, policy);
      const secret = randomText(32);
      const session = { ...this.fresh(login, choice.index, policy), cur: hash(secret), flags };
      const outcome = await this.repository.start(session, choice.seen, choice.evict);
      if (outcome === "account_changed")
        throw new Problem(409, "account_changed", "The account has just been changed: log in again.");
      if (outcome === "started") {
        this.countStart(session, choice.evict);
        return this.issued(session, secret);
      }
      if (choice.evict && choice.seen) await this.clearEnded(login.uid, choice.seen.sid);
      await Bun.sleep(Math.random() * 10 * 2 ** Math.min(attempt, 6));
    }
    throw new Problem(503, "busy", "Too many logins of this account at once; try again.", {
      headers: { "retry-after": "1" },
    });
  }

  /** Where a full house refuses one more, a session that is over makes room all the same. */
  private async allowed(choice: Choice, slots: readonly Slot[], policy: SessionPolicy): Promise<Choice> {
    if (!choice.evict || policy.whenFull === "evict") return choice;
    for (const seen of slots.filter(({ index }) => index < policy.cap)) {
      const session = await this.repository.get(seen.sid);
      if (!session || !this.isAlive(session)) return { index: seen.index, seen, evict: false };
    }
    this.count("denied");
    this.parts.counts.add("refused/too_many_sessions");
    throw new Problem(
      409,
      "too_many_sessions",
      `You are signed in ${policy.cap} times already, and no more is allowed: sign out elsewhere first.`,
    );
  }

  private countStart({ amr, flags }: { amr: readonly string[]; flags: readonly Flag[] }, evicted: boolean): void {
    this.count(evicted ? "started_evicting" : "started");
    const { counts } = this.parts;
    for (const name of ["active", `started/${amr.join("+")}`, ...flags.map((flag) => `flagged/${flag}`)])
      counts.add(name);
    if (evicted) counts.add("ended/evicted");
  }

  /** A slot whose session ended without freeing it (a crash between two writes) is freed here. */
  private async clearEnded(uid: string, sid: string): Promise<void> {
    const session = await this.repository.get(sid);
    if (!session || session.revoked !== undefined) await this.repository.freeSlot(uid, sid);
  }

  private fresh(login: NewSession, slot: number, policy: SessionPolicy): Omit<StoredSession, "cur"> {
    const now = seconds(this.parts.clock);
    return {
      sid: randomText(18),
      uid: login.uid,
      gen: 0,
      epoch: login.epoch,
      idle: now + policy.idleSeconds,
      idleFor: policy.idleSeconds,
      abs: now + policy.absoluteSeconds,
      amr: [...login.amr],
      acr: login.acr,
      authTime: login.authTime ?? now,
      slot,
      device: login.device,
      place: login.place,
      seen: now,
    };
  }

  private issued(session: StoredSession, secret: string): Issued {
    const { sid, uid, epoch, amr, acr, authTime } = session;
    const live: LiveSession = { sid, uid, epoch, amr, acr, authTime };
    const maxAgeSeconds = Math.min(session.idle, session.abs) - seconds(this.parts.clock);
    return { session: live, refreshToken: this.tokens.write({ sid, secret }), maxAgeSeconds };
  }

  /** Why a refresh failed. Only the immediate predecessor, and only for a moment, is a race of two tabs. */
  private async explain(session: StoredSession, given: string): Promise<Rotation> {
    if (session.revoked !== undefined || session.cur === given) return { kind: "refused" };
    const inGrace = this.parts.clock() - (session.prevAt ?? Number.NEGATIVE_INFINITY) <= graceMs;
    if (session.prev === given && inGrace) return { kind: "race" };
    if (await this.end(session.uid, session.sid, "reuse")) this.count("reuse");
    this.parts.log("warning", "refresh_reuse", { user: session.uid, session: session.sid });
    return { kind: "refused" };
  }

  private isAlive(session: StoredSession): boolean {
    const now = seconds(this.parts.clock);
    return session.revoked === undefined && session.idle > now && session.abs > now;
  }

  private count(event: string): void {
    this.parts.metrics.sessions.inc({ event });
  }
}

const dayOf = (seconds: number) => Math.floor(seconds / day);

type Choice = { index: number; seen: Slot | undefined; evict: boolean };

/** A free slot, or else an expired one, or else the oldest, whose session ends. */
export function chooseSlot(slots: readonly Slot[], cap: number, now: number): Choice {
  for (let index = 0; index < cap; index++) {
    const seen = slots.find((slot) => slot.index === index);
    if (!seen || seen.exp <= now) return { index, seen, evict: false };
  }
  const oldest = slots.filter(({ index }) => index < cap).reduce((a, b) => (b.at < a.at ? b : a));
  return { index: oldest.index, seen: oldest, evict: true };
}
