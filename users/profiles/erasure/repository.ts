import { type Clock, day, isoTime, seconds } from "../../platform/clock.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import { emptyPartition, itemsOf } from "../../platform/dynamo/partitions.ts";
import {
  type Attributes,
  absent,
  any,
  ConditionFailed,
  compare,
  equal,
  present,
  type Table,
  TransactionCancelled,
  type Write,
} from "../../platform/dynamo/table.ts";
import { auditPartitions } from "../../platform/events/audit.ts";
import { outboxEntry } from "../../platform/events/outbox.ts";
import { erasureItem, type Receipt, receiptItem, type StoredErasure } from "./models.ts";

const leaseSeconds = 60;
const receiptSeconds = 90 * day;

/** Erasures that are under way, their receipts, and the ledger of the erased. */
export class ErasureRepository {
  constructor(
    private readonly table: Table,
    private readonly keysTable: Table,
    private readonly clock: Clock,
  ) {}

  /** Closes the account and begins, in one transaction; false when somebody has just changed or closed it. */
  async begin(uid: string, receipt: string, closing: readonly Write[]): Promise<Receipt | undefined> {
    const at = isoTime(this.clock());
    const shown: Receipt = { state: "running", step: null, detail: null, begun_at: at, done_at: null };
    const receiptKey = keys.erasureReceipt(receipt);
    const item = { ...keys.erasure(uid), receipt: receiptKey.pk, pass: 1, step: 0, notBefore: 0 };
    try {
      await this.table.transact([
        ...closing,
        { put: item, when: absent("pk") },
        { put: { ...receiptKey, ...shown, ttl: seconds(this.clock) + receiptSeconds } },
      ]);
      return shown;
    } catch (error) {
      if (error instanceof TransactionCancelled && error.isRefusal) return undefined;
      throw error;
    }
  }

  async receipt(receipt: string): Promise<Receipt | undefined> {
    const item = await this.table.get(keys.erasureReceipt(receipt));
    return item && receiptItem.parse(item);
  }

  async underWay(): Promise<StoredErasure[]> {
    const found: StoredErasure[] = [];
    for await (const item of itemsOf(this.table, { pk: keys.erasuresPartition, consistent: true }))
      found.push(erasureItem.parse(item));
    return found;
  }

  /** Whether this worker goes on with it; another one does when the lease of a crashed one is over. */
  async hold(uid: string, owner: string): Promise<StoredErasure | undefined> {
    const now = seconds(this.clock);
    const free = any(absent("owner"), equal("owner", owner), compare("leaseEnd", "<=", now));
    const when = { is: "and", of: [present("pk"), compare("notBefore", "<=", now), free] } as const;
    return this.change(uid, { owner, leaseEnd: now + leaseSeconds }, when);
  }

  async setStep(uid: string, owner: string, step: number): Promise<boolean> {
    const set = { step, leaseEnd: seconds(this.clock) + leaseSeconds };
    return (await this.change(uid, set, equal("owner", owner))) !== undefined;
  }

  /** Lets go of it until a later moment. */
  async setAside(uid: string, owner: string, set: Partial<StoredErasure>, waitSeconds: number): Promise<void> {
    const notBefore = seconds(this.clock) + waitSeconds;
    await this.change(uid, { ...set, notBefore, leaseEnd: 0 }, equal("owner", owner));
  }

  async show(receipt: string, change: Partial<Receipt>): Promise<void> {
    await this.settle(this.table.update({ pk: receipt, sk: "E" }, { set: change }, present("pk")));
  }

  async finish(uid: string, owner: string): Promise<void> {
    await this.settle(this.table.delete(keys.erasure(uid), equal("owner", owner)));
  }

  /** From here on nobody makes a data key of this user any more. */
  async enterLedger(uid: string): Promise<void> {
    await this.settle(this.keysTable.put({ ...keys.ledger(uid), at: isoTime(this.clock()) }, absent("pk")));
  }

  async page(limit: number, after: Attributes | undefined) {
    const page = await this.keysTable.query({ pk: keys.ledgerPartition, limit, after });
    return { items: page.items.map(({ sk }) => ({ user_id: sk })), next: page.next };
  }

  async *ledger(): AsyncIterable<string> {
    for await (const { sk } of itemsOf(this.keysTable, { pk: keys.ledgerPartition, consistent: true })) yield sk;
  }

  /** Tells the other services, which end memberships and forget what they know the person by. */
  async tell(uid: string): Promise<void> {
    const event = { type: "users.user.erased.v1", subject: uid, actor: null, data: { user_id: uid } } as const;
    await this.table.transact([outboxEntry(this.clock, "profiles", event)]);
  }

  async removeRest(uid: string): Promise<void> {
    for (const pk of [keys.user(uid).pk, ...auditPartitions(this.clock, uid)]) await emptyPartition(this.table, pk);
  }

  async removeKeys(uid: string): Promise<void> {
    await emptyPartition(this.keysTable, keys.user(uid).pk, keys.dataKeyPrefix);
  }

  /** After a restore: an account that the ledger knows as erased is closed again and erased again. */
  async beginAgain(uid: string): Promise<boolean> {
    const item = await this.table.get(keys.user(uid));
    if (!item) return false;
    await this.table.update(keys.user(uid), { set: { erasing: seconds(this.clock) }, add: { epoch: 1 } });
    const again = { ...keys.erasure(uid), receipt: keys.erasureReceipt(uid).pk, pass: 1, step: 0, notBefore: 0 };
    await this.settle(this.table.put(again, absent("pk")));
    return true;
  }

  private async change(uid: string, set: object, when: Parameters<Table["update"]>[2]) {
    const item = await this.settle(this.table.update(keys.erasure(uid), { set: { ...set } }, when));
    return item && erasureItem.parse(item);
  }

  /** A condition that does not hold means that somebody else has done it. */
  private async settle<T>(write: Promise<T>): Promise<T | undefined> {
    try {
      return await write;
    } catch (error) {
      if (error instanceof ConditionFailed) return undefined;
      throw error;
    }
  }
}
