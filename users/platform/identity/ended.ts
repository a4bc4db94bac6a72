import { type Clock, seconds } from "../clock.ts";
import * as keys from "../dynamo/keys.ts";
import type { PutWrite } from "../dynamo/table.ts";

const feedSeconds = 3_600;

/** The entry of the revocation feed for what ended, to go into the transaction that ends it. */
export function endedEntry(clock: Clock, sid: string, uid: string, why: string): PutWrite {
  const now = seconds(clock);
  return { put: { ...keys.revoked(now, sid), uid, why, at: now, ttl: now + feedSeconds } };
}
