import { type Clock, seconds } from "../clock.ts";
import * as keys from "./keys.ts";
import { absent, any, ConditionFailed, compare, equal, type Table } from "./table.ts";

/** Takes or renews the named lease and returns whether `owner` holds it now; an expired lease goes to whoever asks. */
export async function holdLease(
  table: Table,
  clock: Clock,
  name: string,
  owner: string,
  life: number,
): Promise<boolean> {
  const now = seconds(clock);
  const free = any(absent("pk"), equal("owner", owner), compare("exp", "<=", now));
  try {
    await table.put({ ...keys.lease(name), owner, exp: now + life }, free);
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false;
    throw error;
  }
}
