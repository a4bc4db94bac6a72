import { z } from "zod";
import { type Clock, day, isoTime, seconds } from "../../../platform/clock.ts";
import * as keys from "../../../platform/dynamo/keys.ts";
import { holdLease } from "../../../platform/dynamo/leases.ts";
import { itemsOf } from "../../../platform/dynamo/partitions.ts";
import { type PutWrite, present, type Table, TransactionCancelled } from "../../../platform/dynamo/table.ts";
import { hash } from "../../../platform/hashes.ts";
import { uuid } from "../../../platform/ids.ts";

const member = z.object({ pk: z.string(), sk: z.string(), uid: z.string() });
const waiting = z.object({
  pk: z.string(),
  sk: z.string(),
  id: z.string(),
  uid: z.string(),
  sid: z.string(),
  clientId: z.string(),
  at: z.number(),
  tries: z.number(),
});
/** A program that has still to be told of the end of a session. */
export type Waiting = z.infer<typeof waiting>;

const keptSeconds = day;
const mostSeconds = 3_600;
const leaseSeconds = 60;
const pageSize = 20;

/** Which programs somebody allowed in a session, and which of them have still to be told that it is over. */
export class LogoutRepository {
  private readonly owner = uuid(0);

  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  /** Goes into the transaction of a consent. */
  allowed(sid: string, uid: string, clientId: string, ttl: number): PutWrite {
    return { put: { ...keys.oidcOfSession(sid, clientId), uid, ttl } };
  }

  /** Each program of the session is to be told once, however often the end is heard of. */
  async ended(sid: string): Promise<void> {
    const at = this.clock();
    const { pk } = keys.oidcOfSession(sid, "");
    for await (const item of itemsOf(this.table, { pk, consistent: true })) {
      const { sk: clientId, uid } = member.parse(item);
      const id = hash(`${sid}|${clientId}`);
      await this.tryTransact([
        { delete: { pk, sk: clientId }, when: present("pk") },
        this.entry({ id, uid, sid, clientId, at, tries: 0 }, at),
      ]);
    }
  }

  /** What is due, for one process at a time. */
  async due(): Promise<Waiting[]> {
    const query = { pk: keys.logoutQueue, limit: pageSize, consistent: true };
    const { items } = await this.table.query(query);
    const due = items.filter(({ sk }) => sk < isoTime(this.clock() + 1)).map((item) => waiting.parse(item));
    if (due.length === 0) return [];
    return (await holdLease(this.table, this.clock, "logouts", this.owner, leaseSeconds)) ? due : [];
  }

  async done({ pk, sk }: Waiting): Promise<void> {
    await this.table.delete({ pk, sk });
  }

  /** Later and later; after a day nobody is told any more, for the tokens of the session have long been dead. */
  async putOff({ pk, sk, ...each }: Waiting): Promise<void> {
    const pause = Math.min(mostSeconds, 5 * 2 ** each.tries);
    const again = this.entry({ ...each, tries: each.tries + 1 }, this.clock() + pause * 1000);
    await this.tryTransact([{ delete: { pk, sk }, when: present("pk") }, again]);
  }

  private entry(told: Omit<Waiting, "pk" | "sk">, dueMs: number): PutWrite {
    const ttl = seconds(() => told.at) + keptSeconds;
    return { put: { ...keys.logout(isoTime(dueMs), told.id), ...told, ttl } };
  }

  private async tryTransact(writes: Parameters<Table["transact"]>[0]): Promise<void> {
    try {
      await this.table.transact(writes);
    } catch (error) {
      if (!(error instanceof TransactionCancelled)) throw error;
    }
  }
}
