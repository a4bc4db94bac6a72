import { z } from "zod";
import { day, isoTime } from "../../platform/clock.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import { emptyPartition, itemsOf, removeItems, standing } from "../../platform/dynamo/partitions.ts";
import { type Attributes, absent, all, committed, compare, present, type Table } from "../../platform/dynamo/table.ts";
import { type Activity, activity, keptDays, keptEntries } from "./models.ts";

const allowed = z.object({ activitySince: z.number().optional() });

/** What people did since they allowed that it is kept; the profile says since when, and nothing older is shown. */
export class ActivityHistoryRepository {
  constructor(private readonly table: Table) {}

  /** Written only while the person allows it, and of no time before; false otherwise, and when it is there already. */
  async add(uid: string, entry: Activity): Promise<boolean> {
    const at = Math.floor(Date.parse(entry.at) / 1000);
    const isAllowed = all(present("activitySince"), compare("activitySince", "<=", at));
    const item = { ...keys.activity(uid, entry.at, entry.id), ...entry, ttl: at + keptDays * day };
    const isNew = await committed(this.table, [
      standing(uid),
      { check: keys.profile(uid), when: isAllowed },
      { put: item, when: absent("pk") },
    ]);
    if (isNew) await this.trim(uid);
    return isNew;
  }

  /** The second since which it is kept; undefined while the person does not allow it. */
  async since(uid: string): Promise<number | undefined> {
    const item = await this.table.get(keys.profile(uid), true);
    return item && allowed.parse(item).activitySince;
  }

  async page(uid: string, since: number, limit: number, after: Attributes | undefined) {
    const query = { pk: keys.user(uid).pk, prefix: keys.activityPrefix, limit, descending: true, after };
    const page = await this.table.query(query);
    const items = page.items.map((item) => activity.parse(item)).filter(({ at }) => at >= isoTime(since * 1000));
    return { items, next: items.length < page.items.length ? undefined : page.next };
  }

  async *all(uid: string): AsyncIterable<Activity> {
    const query = { pk: keys.user(uid).pk, prefix: keys.activityPrefix };
    for await (const item of itemsOf(this.table, query)) yield activity.parse(item);
  }

  async clear(uid: string): Promise<void> {
    await emptyPartition(this.table, keys.user(uid).pk, keys.activityPrefix);
  }

  /** Whoever writes last sees all that was written, so of those who write at once one leaves no more than are kept. */
  private async trim(uid: string): Promise<void> {
    const query = { pk: keys.user(uid).pk, prefix: keys.activityPrefix, descending: true, consistent: true };
    const page = await this.table.query({ ...query, limit: 2 * keptEntries, only: ["kind"] });
    if (page.items.length > keptEntries) await removeItems(this.table, page.items.slice(keptEntries));
  }
}
