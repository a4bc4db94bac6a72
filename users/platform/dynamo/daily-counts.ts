import { type Clock, day, isoTime, seconds } from "../clock.ts";
import * as keys from "./keys.ts";
import { itemsOf } from "./partitions.ts";
import type { Table } from "./table.ts";

const shards = 8;
const keptSeconds = 730 * day;

/**
 * Counts by day, for people to look at. They gather in memory and are added to the table now and then, each process to a
 * shard of its own choice; a process that is killed takes along what it had not added yet.
 */
export class DailyCounts {
  private waiting = new Map<string, number>();
  private readonly shard = Math.floor(Math.random() * shards);

  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  add(name: string, n = 1): void {
    const at = `${this.today()}|${name}`;
    this.waiting.set(at, (this.waiting.get(at) ?? 0) + n);
  }

  async flush(): Promise<void> {
    const gathered = this.waiting;
    this.waiting = new Map();
    for (const [at, n] of gathered) {
      const [dayText = "", name = ""] = at.split("|");
      const change = { add: { n }, set: { ttl: seconds(this.clock) + keptSeconds } };
      try {
        await this.table.update(keys.counter(dayText, name, this.shard), change);
      } catch (error) {
        for (const [name, left] of gathered) this.waiting.set(name, (this.waiting.get(name) ?? 0) + left);
        throw error;
      }
      gathered.delete(at);
    }
  }

  /** The last days, the latest first, each with its counts by name. */
  async lastDays(n: number): Promise<{ day: string; counts: Record<string, number> }[]> {
    const days = Array.from({ length: n }, (_, back) => isoTime(this.clock() - back * day * 1000).slice(0, 10));
    return Promise.all(days.map(async (day) => ({ day, counts: await this.of(day) })));
  }

  private async of(dayText: string): Promise<Record<string, number>> {
    const found: Record<string, number> = {};
    for await (const { sk, n } of itemsOf(this.table, { pk: keys.countersOf(dayText) })) {
      const name = sk.slice(0, sk.lastIndexOf("#"));
      found[name] = (found[name] ?? 0) + Number(n);
    }
    return found;
  }

  private today(): string {
    return isoTime(this.clock()).slice(0, 10);
  }
}
