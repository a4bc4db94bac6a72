import { type Clock, day, seconds } from "../platform/clock.ts";
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
import { RefreshTokens } from "./refresh-tokens.ts";
import { SessionRepository, type Slot, type StoredSession, sessionItem } from "./repository.ts";

export type { StoredSession };
export type SessionRules = { cap: number; capAdministrator: number };
export type SessionParts = {
  table: Table;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  rules: SessionRules;
  kek: Uint8Array;
  /** what stands beside the sessions of a user and ends with all of them */
  tokens?: { endAll(uid: string, why: EndReason): Promise<void> };
};

const idleSeconds = 14 * day;
const absoluteSeconds = 60 * day;
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
    const idle = seconds(this.parts.clock) + idleSeconds;
    const outcome = await this.repository.rotate(given.sid, hash(given.secret), hash(secret), idle);
    if (!("failed" in outcome)) {
      this.count("refreshed");
      return { kind: "rotated", ...this.issued(outcome, secret) };
    }
    return outcome.failed ? this.explain(sessionItem.parse(outcome.failed), hash(given.secret)) : { kind: "refused" };
  }

  async end(uid: string, sid: string, why: EndReason): Promise<boolean> {
    const ended = await this.repository.end(uid, sid, why);
    if (ended) this.count("ended");
    return ended;
  }

  /** Any token that the session ever had ends it: a browser whose last refresh got lost logs out all the same. */
  async endByToken(refreshToken: string): Promise<boolean> {
    const given = this.tokens.read(refreshToken);
    const session = given && (await this.repository.get(given.sid));
    return session ? this.end(session.uid, session.sid, "logout") : false;
  }

  async endAll(uid: string, why: EndReason, except?: string): Promise<number> {
    if (except === undefined) await this.parts.tokens?.endAll(uid, why);
    const slots = (await this.repository.slots(uid)).filter(({ sid }) => sid !== except);
    const ended = await Promise.all(slots.map(({ sid }) => this.end(uid, sid, why)));
    return ended.filter(Boolean).length;
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
    const { cap, capAdministrator } = this.parts.rules;
    const limit = login.roles.includes("administrator") ? Math.min(cap, capAdministrator) : cap;
    for (let attempt = 0; attempt < startTries; attempt++) {
      const slots = await this.repository.slots(login.uid);
      const choice = chooseSlot(slots, limit, seconds(this.parts.clock));
      const secret = randomText(32);
      const session = this.fresh(login, choice.index, hash(secret));
      const outcome = await this.repository.start(session, choice.seen, choice.evict);
      if (outcome === "account_changed")
        throw new Problem(409, "account_changed", "The account has just been changed: log in again.");
      if (outcome === "started") {
        this.count(choice.evict ? "started_evicting" : "started");
        return this.issued(session, secret);
      }
      if (choice.evict && choice.seen) await this.clearEnded(login.uid, choice.seen.sid);
      await Bun.sleep(Math.random() * 10 * 2 ** Math.min(attempt, 6));
    }
    throw new Problem(503, "busy", "Too many logins of this account at once; try again.", {
      headers: { "retry-after": "1" },
    });
  }

  /** A slot whose session ended without freeing it (a crash between two writes) is freed here. */
  private async clearEnded(uid: string, sid: string): Promise<void> {
    const session = await this.repository.get(sid);
    if (!session || session.revoked !== undefined) await this.repository.freeSlot(uid, sid);
  }

  private fresh(login: NewSession, slot: number, cur: string): StoredSession {
    const now = seconds(this.parts.clock);
    return {
      sid: randomText(18),
      uid: login.uid,
      cur,
      gen: 0,
      epoch: login.epoch,
      idle: now + idleSeconds,
      abs: now + absoluteSeconds,
      amr: [...login.amr],
      acr: login.acr,
      authTime: now,
      slot,
      device: login.device,
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
    await this.end(session.uid, session.sid, "reuse");
    this.count("reuse");
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
