import { z } from "zod";
import { type Clock, seconds } from "../../platform/clock.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import { absent, all, ConditionFailed, compare, present, type Table } from "../../platform/dynamo/table.ts";
import { hash } from "../../platform/hashes.ts";

const mostTries = 5;
export const challengeSeconds = 600;

const challengeItem = z.object({
  uid: z.string(),
  epoch: z.number(),
  amr: z.array(z.string()),
  counter: z.string(),
  exp: z.number(),
});
/** A sign-in that waits for the second factor; `counter`: where its tries are counted besides. */
export type Challenge = z.infer<typeof challengeItem>;

export class ChallengeRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  async keep(secret: string, challenge: Omit<Challenge, "exp">): Promise<void> {
    const exp = seconds(this.clock) + challengeSeconds;
    await this.table.put({ ...keys.mfaChallenge(hash(secret)), ...challenge, exp, tries: 0, ttl: exp }, absent("pk"));
  }

  /** Counts a try before anybody looks at what was shown; undefined: unknown, over, or tried too often. */
  async count(secret: string): Promise<Challenge | undefined> {
    const isOpen = all(compare("tries", "<", mostTries), compare("exp", ">", seconds(this.clock)));
    try {
      const item = await this.table.update(keys.mfaChallenge(hash(secret)), { add: { tries: 1 } }, isOpen);
      return challengeItem.parse(item);
    } catch (error) {
      if (error instanceof ConditionFailed) return undefined;
      throw error;
    }
  }

  /** Whoever deletes it is the one who is let in. */
  async use(secret: string): Promise<boolean> {
    try {
      await this.table.delete(keys.mfaChallenge(hash(secret)), present("pk"));
      return true;
    } catch (error) {
      if (error instanceof ConditionFailed) return false;
      throw error;
    }
  }
}
