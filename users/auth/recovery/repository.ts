import type { Clock } from "../../platform/clock.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import { committed, equal, type Table, type Write } from "../../platform/dynamo/table.ts";
import { auditEntry } from "../../platform/events/audit.ts";
import type { StoredUser } from "../accounts/models.ts";

export class RecoveryRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  store(writes: readonly Write[]): Promise<boolean> {
    return committed(this.table, writes);
  }

  /** The link is used and the password is new by one transaction; the new epoch ends every session. */
  reset({ uid, epoch }: StoredUser, next: string, besides: readonly Write[]): Promise<boolean> {
    // who opened the link has the address
    const change = { set: { pw: next, verified: true }, add: { epoch: 1 } };
    return this.store([
      { update: keys.user(uid), change, when: equal("epoch", epoch) },
      auditEntry(this.clock, uid, "user.password_reset", uid),
      ...besides,
    ]);
  }
}
