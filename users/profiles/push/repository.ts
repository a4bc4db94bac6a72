import { z } from "zod";
import { type Clock, isoTime } from "../../platform/clock.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import { itemsOf, standing } from "../../platform/dynamo/partitions.ts";
import { absent, ConditionFailed, equal, type Table, TransactionCancelled } from "../../platform/dynamo/table.ts";
import { bytes } from "../../platform/dynamo/values.ts";

const stored = z.object({ slot: z.number(), mark: z.string(), sealed: bytes, created_at: z.string() });
export type StoredSubscription = z.infer<typeof stored>;
export const mostSubscriptions = 10;

/** Browsers that take push messages, in ten places for each person; what they said is sealed. */
export class PushRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  async list(uid: string): Promise<StoredSubscription[]> {
    const found: StoredSubscription[] = [];
    const query = { pk: keys.user(uid).pk, prefix: keys.pushPrefix, consistent: true };
    for await (const item of itemsOf(this.table, query)) found.push(stored.parse(item));
    return found;
  }

  /** False when somebody has taken the place meanwhile, or the person is being erased. */
  async put(uid: string, slot: number, mark: string, sealed: Uint8Array, isThere: boolean): Promise<boolean> {
    const item = { slot, mark, sealed, created_at: isoTime(this.clock()) };
    const when = isThere ? equal("mark", mark) : absent("pk");
    try {
      await this.table.transact([
        standing(uid),
        { put: { ...keys.pushSubscription(uid, String(slot)), ...item }, when },
      ]);
      return true;
    } catch (error) {
      if (error instanceof TransactionCancelled && error.isRefusal) return false;
      throw error;
    }
  }

  async remove(uid: string, slot: number, mark: string): Promise<boolean> {
    try {
      return (await this.table.delete(keys.pushSubscription(uid, String(slot)), equal("mark", mark))) !== undefined;
    } catch (error) {
      if (error instanceof ConditionFailed) return false;
      throw error;
    }
  }

  async key(): Promise<Uint8Array | undefined> {
    const item = await this.table.get(keys.pushKey());
    return item && bytes.parse(item.sealed);
  }

  /** The first one that is made stands. */
  async putKey(sealed: Uint8Array): Promise<void> {
    try {
      await this.table.put({ ...keys.pushKey(), sealed }, absent("pk"));
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }
}
