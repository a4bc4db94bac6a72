import { z } from "zod";
import { type Clock, day, isoTime, seconds } from "../../platform/clock.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import { itemsOf, standing } from "../../platform/dynamo/partitions.ts";
import {
  type Attributes,
  absent,
  all,
  any,
  ConditionFailed,
  compare,
  present,
  type Table,
  TransactionCancelled,
  type Value,
} from "../../platform/dynamo/table.ts";
import type { About } from "../deliveries/models.ts";
import { type Notice, type Notification, notification } from "./models.ts";

const stored = notification.omit({ read_at: true }).extend({ read_at: z.string().optional() });
const memberItem = z.object({ sk: z.string(), isActive: z.boolean() });
const keptSeconds = 365 * day;
const tombstoneSeconds = 90 * day;
const inboxSeconds = 60 * day;
export const unreadShown = 100;

/** By which ways a notice goes, and from which second those outside of the application may. */
export type Telling = {
  inApp: boolean;
  ways: readonly ("mail" | "push")[];
  due: number;
  /** the setting that ends it */
  about?: About | undefined;
};
export type Membership = { farmId: string; uid: string; isActive: boolean; at: string };

export class NotificationRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  /** The id is the event's, so a second delivery finds it there; false then, and when there is no such user any more. */
  async add(uid: string, notice: Notice, { inApp, ways, due, about }: Telling): Promise<boolean> {
    const data: { [name: string]: Value } = { ...notice.data };
    const unread = { gsi1pk: keys.unreadIndex(uid), gsi1sk: notice.id };
    const ttl = seconds(this.clock) + keptSeconds;
    const shown = { ...keys.notification(uid, notice.id), ...notice, data, ...unread, ttl };
    const item = inApp ? shown : { ...keys.toldElsewhere(uid, notice.id), ttl };
    const { title, body, id } = notice;
    const waiting = ways.map((channel) => ({
      put: { ...keys.delivery(due, uid, id, channel), uid, id, channel, about, title, body, tries: 0, ttl },
    }));
    return this.succeeds(this.table.transact([standing(uid), { put: item, when: absent("pk") }, ...waiting]));
  }

  async page(uid: string, limit: number, after: Attributes | undefined) {
    const pk = keys.user(uid).pk;
    const page = await this.table.query({ pk, prefix: keys.notificationPrefix, limit, descending: true, after });
    return { items: page.items.map(toView), next: page.next };
  }

  /** Ids of unread notifications, from a sparse index: there is no counter that could drift. */
  async unread(uid: string): Promise<string[]> {
    const page = await this.table.query({ pk: keys.unreadIndex(uid), index: "gsi1", limit: unreadShown });
    return page.items.map((item) => stored.parse(item).id);
  }

  async markRead(uid: string, id: string): Promise<Notification | undefined> {
    const key = keys.notification(uid, id);
    const change = { set: { read_at: isoTime(this.clock()) }, remove: ["gsi1pk", "gsi1sk"] };
    try {
      return toView(await this.table.update(key, change, all(present("pk"), absent("read_at"))));
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      const there = await this.table.get(key);
      return there && toView(there);
    }
  }

  /** The later event wins, whatever the order of arrival; an ended membership stays as a tombstone for a while. */
  async setMember({ farmId, uid, isActive, at }: Membership): Promise<void> {
    const ttl = isActive ? undefined : seconds(this.clock) + tombstoneSeconds;
    const when = any(absent("pk"), compare("at", "<=", at));
    const both = [keys.member(farmId, uid), keys.farmOf(uid, farmId)];
    const puts = both.map((key) => ({ put: { ...key, isActive, at, ttl }, when }));
    await this.succeeds(this.table.transact([standing(uid), ...puts]));
  }

  async farmsOf(uid: string): Promise<string[]> {
    const found: string[] = [];
    for await (const item of itemsOf(this.table, { pk: keys.user(uid).pk, prefix: keys.farmPrefix })) {
      const { sk, isActive } = memberItem.parse(item);
      if (isActive) found.push(sk.slice(keys.farmPrefix.length));
    }
    return found;
  }

  /** The members of a farm, or undefined while nothing is known of it. */
  async members(farmId: string): Promise<string[] | undefined> {
    const found: z.infer<typeof memberItem>[] = [];
    let after: Attributes | undefined;
    do {
      const query = { pk: keys.member(farmId, "").pk, prefix: keys.memberPrefix, limit: 500, after, consistent: true };
      const page = await this.table.query(query);
      found.push(...page.items.map((item) => memberItem.parse(item)));
      after = page.next;
    } while (after);
    if (found.length === 0) return undefined;
    return found.filter(({ isActive }) => isActive).map(({ sk }) => sk.slice(keys.memberPrefix.length));
  }

  async wasHandled(consumer: string, eventId: string): Promise<boolean> {
    return (await this.table.get(keys.inbox(consumer, eventId))) !== undefined;
  }

  async setHandled(consumer: string, eventId: string): Promise<void> {
    const ttl = seconds(this.clock) + inboxSeconds;
    await this.succeeds(this.table.put({ ...keys.inbox(consumer, eventId), ttl }, absent("pk")));
  }

  private async succeeds(write: Promise<void>): Promise<boolean> {
    try {
      await write;
      return true;
    } catch (error) {
      if (error instanceof ConditionFailed) return false;
      if (error instanceof TransactionCancelled && error.isRefusal) return false;
      throw error;
    }
  }
}

function toView(item: Attributes): Notification {
  const { read_at, ...rest } = stored.parse(item);
  return { ...rest, read_at: read_at ?? null };
}
