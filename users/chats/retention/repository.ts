import { z } from "zod";
import { type Clock, day, seconds } from "../../platform/clock.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import { itemsOf } from "../../platform/dynamo/partitions.ts";
import {
  type Attributes,
  absent,
  all,
  ConditionFailed,
  equal,
  present,
  type Table,
  TransactionCancelled,
} from "../../platform/dynamo/table.ts";
import { auditEntry } from "../../platform/events/audit.ts";
import { asSeen } from "../messages/repository.ts";
import { messageItem, type StoredChat } from "../models.ts";
import type { ChatRepository } from "../repository.ts";

const policyItem = z.object({ days: z.number().nullable() });
const institutionItem = z.object({ sk: z.string(), days: z.number() });
/** `days` undefined: each chat keeps its own. The rest is where it stands. */
const jobItem = z.object({
  uid: z.string(),
  days: z.number().nullable().optional(),
  rev: z.number(),
  cursor: z.string().optional(),
  changed: z.number(),
});
export type RetentionJob = z.infer<typeof jobItem>;
/** What was held ends no sooner than this after it was released. */
const graceSeconds = 7 * day;

export class RetentionRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
    private readonly chats: ChatRepository,
  ) {}

  /** What a user wants; undefined: she has not said. */
  async wanted(uid: string): Promise<number | null | undefined> {
    const item = await this.table.get(keys.chatPolicy(uid));
    return item && policyItem.parse(item).days;
  }

  async want(uid: string, days: number | null): Promise<void> {
    await this.table.put({ ...keys.chatPolicy(uid), days });
  }

  async ofInstitutions(): Promise<Record<string, number>> {
    const found: Record<string, number> = {};
    for await (const item of itemsOf(this.table, { pk: keys.institutionPolicies })) {
      const { sk, days } = institutionItem.parse(item);
      found[sk] = days;
    }
    return found;
  }

  async setInstitution(name: string, days: number | null, actor: string): Promise<void> {
    const key = keys.institutionPolicy(name);
    const entry = auditEntry(this.clock, actor, "chats.retention.set", actor, { institution: name, days });
    await this.table.transact([days === null ? { delete: key } : { put: { ...key, days } }, entry]);
  }

  /** Holds or releases the chats of a user; false when that is so already. */
  async hold(uid: string, isHeld: boolean, actor: string, reason: string): Promise<boolean> {
    if (!(await this.chats.count(uid))) await this.chats.recount(uid, undefined);
    const change = isHeld ? { set: { held: true } } : { remove: ["held"] };
    const when = isHeld ? absent("held") : present("held");
    const event = isHeld ? "chats.held" : "chats.released";
    try {
      await this.table.transact([
        { update: keys.chatCount(uid), change: { ...change, add: { rev: 1 } }, when },
        auditEntry(this.clock, uid, event, actor, { reason }),
        this.jobWrite(uid, undefined),
      ]);
      return true;
    } catch (error) {
      if (error instanceof TransactionCancelled && error.isRefusal) return false;
      throw error;
    }
  }

  async begin(uid: string, days: number | null): Promise<void> {
    await this.table.transact([this.jobWrite(uid, days)]);
  }

  private jobWrite(uid: string, days: number | null | undefined) {
    const set: Attributes = { uid, days, changed: 0 };
    return { update: keys.chatJob(uid), change: { set, add: { rev: 1 }, remove: ["cursor"] } };
  }

  async jobs(): Promise<RetentionJob[]> {
    const found: RetentionJob[] = [];
    for await (const item of itemsOf(this.table, { pk: keys.chatJobs, consistent: true }))
      found.push(jobItem.parse(item));
    return found;
  }

  async job(uid: string): Promise<RetentionJob | undefined> {
    const item = await this.table.get(keys.chatJob(uid));
    return item && jobItem.parse(item);
  }

  /** Where the job stands, unless it was begun anew meanwhile. */
  async stand(job: RetentionJob, cursor: string | undefined, changed: number): Promise<boolean> {
    const change = { set: { cursor, changed }, remove: cursor === undefined ? ["cursor"] : [] };
    return this.unless(() => this.table.update(keys.chatJob(job.uid), change, equal("rev", job.rev)));
  }

  async done(job: RetentionJob): Promise<boolean> {
    return this.unless(() => this.table.delete(keys.chatJob(job.uid), equal("rev", job.rev)));
  }

  /** Gives a chat and its messages the end that its days and the hold mean; false when it is another one by now. */
  async restamp(chat: StoredChat, days: number | null, isHeld: boolean): Promise<boolean> {
    const isReleased = chat.held === true && !isHeld;
    const endOf = (from: number) => {
      if (days === null || isHeld) return undefined;
      const end = Math.floor(from / 1000) + days * day;
      return isReleased ? Math.max(end, seconds(this.clock) + graceSeconds) : end;
    };
    const end = endOf(chat.updated);
    if (end !== undefined && end <= seconds(this.clock))
      return (await this.chats.remove(chat.uid, chat.cid, chat.rev)) === "removed";
    const change = {
      set: { days, ttl: end, held: isHeld || undefined },
      remove: [...(end === undefined ? ["ttl"] : []), ...(isHeld ? [] : ["held"])],
    };
    const when = all(this.chats.mine(chat), equal("updated", chat.updated), asSeen(chat));
    if (!(await this.unless(() => this.table.update(keys.chat(chat.cid), change, when)))) return false;
    const query = { pk: keys.chat(chat.cid).pk, prefix: keys.messagePrefix, consistent: true, only: ["id", "created"] };
    for await (const item of itemsOf(this.table, query)) {
      const { id, created } = messageItem.pick({ id: true, created: true }).parse(item);
      const ttl = endOf(created);
      const stamp = { set: { ttl }, remove: ttl === undefined ? ["ttl"] : [] };
      await this.unless(() => this.table.update(keys.message(chat.cid, id), stamp, present("id")));
    }
    const found = { pk: keys.searched(chat.uid, chat.cid, "").pk, prefix: keys.searchOf(chat.cid), consistent: true };
    const stamp = { set: { ttl: end }, remove: end === undefined ? ["ttl"] : [] };
    for await (const { pk, sk } of itemsOf(this.table, { ...found, only: ["cid"] }))
      await this.unless(() => this.table.update({ pk, sk }, stamp, present("cid")));
    return true;
  }

  private async unless(write: () => Promise<unknown>): Promise<boolean> {
    try {
      await write();
      return true;
    } catch (error) {
      if (error instanceof ConditionFailed) return false;
      throw error;
    }
  }
}
