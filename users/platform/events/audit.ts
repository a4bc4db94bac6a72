import { type Clock, day, isoTime, seconds } from "../clock.ts";
import * as keys from "../dynamo/keys.ts";
import type { Attributes, PutWrite } from "../dynamo/table.ts";
import { ulid } from "../ids.ts";

const keptSeconds = 400 * day;

/** The audit entry of a change, to be written in the same transaction as the change. */
export function auditEntry(clock: Clock, uid: string, event: string, actor: string, facts: Attributes = {}): PutWrite {
  const at = isoTime(clock());
  const key = keys.audit(uid, at, ulid(clock()));
  return { put: { ...key, event, actor, at, ...facts, ttl: seconds(clock) + keptSeconds } };
}
