import { type Clock, seconds } from "../clock.ts";
import * as keys from "../dynamo/keys.ts";
import { absent, any, ConditionFailed, compare, type Table } from "../dynamo/table.ts";
import { Problem } from "../problems.ts";

export type Limit = { scope: string; max: number; windowSeconds: number };
export type Taken = { limit: Limit; left: number; resetSeconds: number };

/** Fixed windows counted in DynamoDB, with one conditional write per try: a blocked caller writes nothing. */
export class RateLimits {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  /** Counts one try; throws 429 when the window is full. */
  async take(limit: Limit, who: string): Promise<Taken> {
    const now = seconds(this.clock);
    const window = Math.floor(now / limit.windowSeconds);
    const resetSeconds = (window + 1) * limit.windowSeconds - now;
    const change = { add: { n: 1 }, set: { ttl: (window + 2) * limit.windowSeconds } };
    const room = any(absent("n"), compare("n", "<", limit.max));
    try {
      const item = await this.table.update(keys.rateLimit(limit.scope, who, window), change, room);
      return { limit, left: limit.max - Number(item.n), resetSeconds };
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      throw tooMany({ limit, left: 0, resetSeconds });
    }
  }

  /** The same where the caller is not to know: false when the window is full. */
  async allows(limit: Limit, who: string): Promise<boolean> {
    try {
      await this.take(limit, who);
      return true;
    } catch (error) {
      if (error instanceof Problem && error.status === 429) return false;
      throw error;
    }
  }

  /** Forgets the tries of this window: the password was right. */
  async forgive(limit: Limit, who: string): Promise<void> {
    const window = Math.floor(seconds(this.clock) / limit.windowSeconds);
    await this.table.delete(keys.rateLimit(limit.scope, who, window));
  }
}

function tooMany(taken: Taken): Problem {
  const headers = { ...limitHeaders(taken), "retry-after": String(taken.resetSeconds) };
  return new Problem(429, "too_many_requests", `Too many tries; wait ${taken.resetSeconds} s.`, { headers });
}

/** What a caller is told of the limit (RateLimit fields of the IETF draft). */
export const limitHeaders = ({ limit, left, resetSeconds }: Taken) => ({
  "ratelimit-policy": `"${limit.scope}";q=${limit.max};w=${limit.windowSeconds}`,
  ratelimit: `"${limit.scope}";r=${left};t=${resetSeconds}`,
});
