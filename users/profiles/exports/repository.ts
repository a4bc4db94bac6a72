import { type Clock, day, isoTime, seconds } from "../../platform/clock.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import { emptyPartition, itemsOf, standing } from "../../platform/dynamo/partitions.ts";
import {
  absent,
  all,
  any,
  ConditionFailed,
  compare,
  equal,
  present,
  type Table,
  TransactionCancelled,
} from "../../platform/dynamo/table.ts";
import { bytes } from "../../platform/dynamo/values.ts";
import { exportItem, type Format, type StoredExport } from "./models.ts";

const keptSeconds = 3 * day;
const leaseSeconds = 120;

/** The latest archive of each person, in sealed chunks; nothing of it is written for somebody who is being erased. */
export class ExportRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  /** Of those who ask at once one begins; undefined while one is being made. */
  async begin(uid: string, id: string, format: Format): Promise<StoredExport | undefined> {
    const now = seconds(this.clock);
    const times = { begun_at: isoTime(now * 1000), expires_at: isoTime((now + keptSeconds) * 1000) };
    const item: StoredExport = { id, format, state: "running", detail: null, chunks: 0, bytes: 0, ...times };
    const isFree = any(absent("pk"), compare("state", "<>", "running"), compare("ttl", "<=", now));
    const done = await this.stands(uid, [
      { put: { ...keys.accountExport(uid), ...item, ttl: now + keptSeconds }, when: isFree },
      { put: { ...keys.waitingExport(uid), ttl: now + keptSeconds } },
    ]);
    return done ? item : undefined;
  }

  async read(uid: string): Promise<StoredExport | undefined> {
    const item = await this.table.get(keys.accountExport(uid));
    return item && exportItem.parse(item);
  }

  async waiting(): Promise<string[]> {
    const found: string[] = [];
    for await (const { sk } of itemsOf(this.table, { pk: keys.exportsPartition, consistent: true })) found.push(sk);
    return found;
  }

  async hold(uid: string, owner: string): Promise<boolean> {
    const now = seconds(this.clock);
    const free = any(absent("owner"), equal("owner", owner), compare("leaseEnd", "<=", now));
    const change = { set: { owner, leaseEnd: now + leaseSeconds } };
    try {
      await this.table.update(keys.waitingExport(uid), change, all(present("pk"), free));
      return true;
    } catch (error) {
      if (error instanceof ConditionFailed) return false;
      throw error;
    }
  }

  async clear(uid: string): Promise<void> {
    await emptyPartition(this.table, keys.user(uid).pk, keys.exportPrefix);
  }

  async putChunk(uid: string, id: string, n: number, sealed: Uint8Array): Promise<boolean> {
    const ttl = seconds(this.clock) + keptSeconds;
    return this.stands(uid, [{ put: { ...keys.exportChunk(uid, id, n), sealed, ttl } }]);
  }

  async chunk(uid: string, id: string, n: number): Promise<Uint8Array | undefined> {
    const item = await this.table.get(keys.exportChunk(uid, id, n));
    return item && bytes.parse(item.sealed);
  }

  async end(uid: string, id: string, change: Partial<StoredExport>): Promise<void> {
    await this.stands(uid, [
      { update: keys.accountExport(uid), change: { set: { ...change } }, when: equal("id", id) },
      { delete: keys.waitingExport(uid) },
    ]);
  }

  /** False when the person is being erased, or when a condition does not hold. */
  private async stands(uid: string, writes: Parameters<Table["transact"]>[0]): Promise<boolean> {
    try {
      await this.table.transact([standing(uid), ...writes]);
      return true;
    } catch (error) {
      if (error instanceof TransactionCancelled && error.isRefusal) return false;
      throw error;
    }
  }
}
