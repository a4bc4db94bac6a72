import { type Clock, day, isoTime, seconds } from "../clock.ts";
import * as keys from "../dynamo/keys.ts";
import { itemsOf } from "../dynamo/partitions.ts";
import type { Attributes, Item, PutWrite, Table } from "../dynamo/table.ts";
import { ulid } from "../ids.ts";

const keptSeconds = 400 * day;

/** The audit entry of a change, to be written in the same transaction as the change. */
export function auditEntry(clock: Clock, uid: string, event: string, actor: string, facts: Attributes = {}): PutWrite {
  const at = isoTime(clock());
  const key = keys.audit(uid, at, ulid(clock()));
  return { put: { ...key, event, actor, at, ...facts, ttl: seconds(clock) + keptSeconds } };
}

/** The partitions that may still hold entries on a user, the latest month first. */
export function auditPartitions(clock: Clock, uid: string): string[] {
  const [year = 0, month = 0] = isoTime(clock()).split("-").map(Number);
  const months = Math.ceil(keptSeconds / (28 * day)) + 1;
  const starts = Array.from({ length: months }, (_, back) => isoTime(Date.UTC(year, month - 1 - back, 1)));
  return starts.map((at) => keys.audit(uid, at, "").pk);
}

export async function* auditTrail(table: Table, clock: Clock, uid: string): AsyncIterable<Item> {
  for (const pk of auditPartitions(clock, uid)) yield* itemsOf(table, { pk, descending: true });
}
