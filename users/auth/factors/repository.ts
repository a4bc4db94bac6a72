import type { Clock } from "../../platform/clock.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import {
  absent,
  all,
  any,
  type Change,
  type Condition,
  ConditionFailed,
  compare,
  equal,
  type Table,
  TransactionCancelled,
  type Write,
} from "../../platform/dynamo/table.ts";
import { auditEntry } from "../../platform/events/audit.ts";
import type { StoredFactors } from "./models.ts";

export class FactorRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  /** An enrolment that is not confirmed changes nothing else: the factor that there was stays. */
  async keepPending(
    { uid, epoch }: StoredFactors,
    totpPending: Uint8Array,
    totpPendingUntil: number,
  ): Promise<boolean> {
    return this.tried(() =>
      this.table.update(keys.user(uid), { set: { totpPending, totpPendingUntil } }, equal("epoch", epoch)),
    );
  }

  /** A change of factors, with a new epoch that ends every earlier session; false when the account has changed. */
  async change({ uid, epoch }: StoredFactors, event: string, change: Change, more: readonly Write[] = []) {
    const when: Condition = equal("epoch", epoch);
    const whole = { ...change, add: { ...change.add, epoch: 1 } };
    try {
      await this.table.transact([
        { update: keys.user(uid), change: whole, when },
        auditEntry(this.clock, uid, event, uid),
        ...more,
      ]);
      return true;
    } catch (error) {
      if (error instanceof TransactionCancelled && error.isRefusal) return false;
      throw error;
    }
  }

  /** Takes the code of this step, once: of those who show it at the same time one is let in. */
  async takeStep({ uid, epoch }: StoredFactors, step: number): Promise<boolean> {
    const isNew = any(absent("totpLast"), compare("totpLast", "<", step));
    const when = all(equal("epoch", epoch), isNew);
    return this.tried(() => this.table.update(keys.user(uid), { set: { totpLast: step } }, when));
  }

  /** Takes one recovery code out of those that were seen; false when others were taken meanwhile. */
  async takeCode({ uid, epoch, recovery = [] }: StoredFactors, taken: string): Promise<boolean> {
    const left = recovery.filter((one) => one !== taken);
    const when = all(equal("epoch", epoch), equal("recovery", recovery));
    try {
      await this.table.transact([
        { update: keys.user(uid), change: { set: { recovery: left } }, when },
        auditEntry(this.clock, uid, "user.recovery_code_used", uid, { left: left.length }),
      ]);
      return true;
    } catch (error) {
      if (error instanceof TransactionCancelled && error.isRefusal) return false;
      throw error;
    }
  }

  private async tried(write: () => Promise<unknown>): Promise<boolean> {
    try {
      await write();
      return true;
    } catch (error) {
      if (error instanceof ConditionFailed) return false;
      throw error;
    }
  }
}
