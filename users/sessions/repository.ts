import { z } from "zod";
import { type Clock, day, seconds } from "../platform/clock.ts";
import * as keys from "../platform/dynamo/keys.ts";
import {
  absent,
  absentOrExpired,
  all,
  ConditionFailed,
  compare,
  equal,
  type Item,
  present,
  type Table,
  TransactionCancelled,
  type Write,
} from "../platform/dynamo/table.ts";
import { auditEntry } from "../platform/events/audit.ts";
import { outboxEntry } from "../platform/events/outbox.ts";
import { endedEntry } from "../platform/identity/ended.ts";
import { storedPlace } from "../platform/identity/places.ts";
import type { EndReason } from "../platform/identity/sessions.ts";
import type { LastSignIn } from "./suspicion.ts";

export const sessionItem = z.object({
  sid: z.string(),
  uid: z.string(),
  cur: z.string(),
  prev: z.string().optional(),
  prevAt: z.number().optional(),
  gen: z.number(),
  epoch: z.number(),
  idle: z.number(),
  abs: z.number(),
  amr: z.array(z.string()),
  acr: z.string(),
  authTime: z.number(),
  slot: z.number(),
  device: z.string(),
  seen: z.number(),
  /** seconds without a refresh after which it is over; sessions of before this was kept have none */
  idleFor: z.number().optional(),
  place: storedPlace.optional(),
  flags: z.array(z.enum(["new_device", "impossible_travel"])).optional(),
  /** when it was seen before the last refresh */
  seenBefore: z.number().optional(),
  revoked: z.number().optional(),
  why: z.string().optional(),
});
export type StoredSession = z.infer<typeof sessionItem>;

const lastItem = z.object({ at: z.number(), place: storedPlace.optional() });
const slotItem = z.object({ sk: z.string(), sid: z.string(), exp: z.number(), at: z.number() });
export type Slot = { index: number; sid: string; exp: number; at: number };

export type Started = "started" | "slot_taken" | "account_changed";

/** A session item outlives its slot, so that an eviction always finds the session to end. */
const keptAfterEnd = 7 * day;

export class SessionRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  async get(sid: string): Promise<StoredSession | undefined> {
    const item = await this.table.get(keys.session(sid));
    return item && sessionItem.parse(item);
  }

  async slots(uid: string): Promise<Slot[]> {
    const page = await this.table.query({
      pk: keys.user(uid).pk,
      prefix: keys.slotPrefix,
      limit: 100,
      consistent: true,
    });
    return page.items.map((item) => {
      const { sk, sid, exp, at } = slotItem.parse(item);
      return { index: Number(sk.slice(keys.slotPrefix.length)), sid, exp, at };
    });
  }

  async lastSignIn(uid: string): Promise<LastSignIn | undefined> {
    const item = await this.table.get(keys.lastSignIn(uid));
    return item && lastItem.parse(item);
  }

  /**
   * One transaction: takes the slot if it still is as seen, puts the session, ends the one that is evicted. It also
   * checks the user's epoch, so that no session starts with roles that were taken away while the password was hashed.
   */
  async start(session: StoredSession, seen: Slot | undefined, evict: boolean): Promise<Started> {
    const { uid, sid } = session;
    const slot = { sid, exp: session.abs, at: this.clock(), ttl: session.abs + day };
    const free = seen ? equal("sid", seen.sid) : absentOrExpired(seconds(this.clock));
    const writes: Write[] = [
      { check: keys.user(uid), when: equal("epoch", session.epoch) },
      { put: { ...keys.slot(uid, session.slot), ...slot }, when: free },
      { put: { ...keys.session(sid), ...session, ttl: session.abs + keptAfterEnd }, when: absent("pk") },
      { put: { ...keys.lastSignIn(uid), at: session.authTime, place: session.place } },
      auditEntry(this.clock, uid, "session.started", uid, factsOf(session)),
    ];
    if (session.flags?.length) writes.push(this.flagged(session));
    if (seen && evict) writes.push(...this.ending(uid, seen.sid, "evicted"), this.told(uid, seen.sid, "evicted"));
    try {
      await this.table.transact(writes);
      return "started";
    } catch (error) {
      if (!(error instanceof TransactionCancelled)) throw error;
      return error.failed(0) ? "account_changed" : "slot_taken";
    }
  }

  /** The single write of a refresh. A failure carries the stored session, which tells what the failure means. */
  async rotate(
    sid: string,
    from: string,
    to: string,
    usualIdle: number,
  ): Promise<StoredSession | { failed: Item | undefined }> {
    const now = seconds(this.clock);
    const alive = all(absent("revoked"), compare("idle", ">", now), compare("abs", ">", now));
    const change = {
      copy: { prev: "cur", seenBefore: "seen" },
      sum: { idle: { of: "idleFor", otherwise: usualIdle, plus: now } },
      set: { cur: to, prevAt: this.clock(), seen: now },
      add: { gen: 1 },
    };
    try {
      return sessionItem.parse(await this.table.update(keys.session(sid), change, all(equal("cur", from), alive)));
    } catch (error) {
      if (error instanceof ConditionFailed) return { failed: error.old };
      throw error;
    }
  }

  /** Marks a session ended, frees its slot and tells the feed, all or nothing. */
  async end(uid: string, sid: string, why: EndReason): Promise<boolean> {
    const session = await this.get(sid);
    if (!session || session.uid !== uid || session.revoked !== undefined) return false;
    const writes = [
      ...this.ending(uid, sid, why),
      auditEntry(this.clock, uid, "session.ended", uid, { sid, why }),
      this.told(uid, sid, why),
    ];
    const slot = { delete: keys.slot(uid, session.slot), when: equal("sid", sid) };
    // the slot may already hold another session; then only the session itself is ended
    return (await this.tryTransact([...writes, slot])) || (await this.tryTransact(writes));
  }

  /** Takes the user out of what the feed says of a session that ended at this second. */
  async forgetWhose(sid: string, ended: number): Promise<void> {
    try {
      await this.table.update(keys.revoked(ended, sid), { remove: ["uid"] }, present("pk"));
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }

  async freeSlot(uid: string, sid: string): Promise<void> {
    const slot = (await this.slots(uid)).find((slot) => slot.sid === sid);
    if (slot) await this.tryTransact([{ delete: keys.slot(uid, slot.index), when: equal("sid", sid) }]);
  }

  /** The sessions that ended at or after this second, from one partition per minute. */
  async endedSince(since: number): Promise<string[]> {
    const found: string[] = [];
    for (let at = since; Math.floor(at / 60) <= Math.floor(seconds(this.clock) / 60); at += 60) {
      let after: Awaited<ReturnType<Table["query"]>>["next"];
      do {
        const page = await this.table.query({ pk: keys.revoked(at, "").pk, limit: 1_000, after, consistent: true });
        found.push(...page.items.filter((item) => Number(item.at) >= since).map((item) => item.sk));
        after = page.next;
      } while (after);
    }
    return found;
  }

  private ending(uid: string, sid: string, why: EndReason): Write[] {
    const now = seconds(this.clock);
    const own = all(present("pk"), equal("uid", uid), absent("revoked"));
    // a session that another writer has just ended needs no second end: the transaction fails and is looked at again
    return [
      { update: keys.session(sid), change: { set: { revoked: now, why } }, when: own },
      endedEntry(this.clock, sid, uid, why),
    ];
  }

  private told(uid: string, sid: string, why: EndReason): Write {
    const data = { user_id: uid, session_id: sid, reason: why };
    return outboxEntry(this.clock, "sessions", { type: "users.session.ended.v1", subject: sid, actor: uid, data });
  }

  private flagged({ uid, sid, flags, device, place }: StoredSession): Write {
    const data = { user_id: uid, session_id: sid, flags, device, country: place?.country ?? null };
    return outboxEntry(this.clock, "sessions", { type: "users.session.flagged.v1", subject: sid, actor: uid, data });
  }

  private async tryTransact(writes: readonly Write[]): Promise<boolean> {
    try {
      await this.table.transact(writes);
      return true;
    } catch (error) {
      if (error instanceof TransactionCancelled) return false;
      throw error;
    }
  }
}

const factsOf = ({ sid, device, place, amr, flags }: StoredSession) => ({
  sid,
  device,
  country: place?.country,
  amr,
  flags,
});
