import { normalAddress } from "../../platform/addresses.ts";
import type { Clock } from "../../platform/clock.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import { absent, all, committed, equal, type Table, type Write } from "../../platform/dynamo/table.ts";
import { auditEntry } from "../../platform/events/audit.ts";
import type { StoredUser } from "../accounts/models.ts";

export class AddressRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  store(writes: readonly Write[]): Promise<boolean> {
    return committed(this.table, writes);
  }

  /** Whether the link was still good, and the address still the one that it was mailed to. */
  verify({ uid, email }: StoredUser, use: Write): Promise<boolean> {
    return this.store([
      use,
      { update: keys.user(uid), change: { set: { verified: true } }, when: equal("email", email) },
      auditEntry(this.clock, uid, "user.address_verified", uid),
    ]);
  }

  /** The new address is taken by one transaction, or not at all; a new epoch ends the sessions. */
  change({ uid, email, epoch }: StoredUser, next: string, besides: readonly Write[]): Promise<boolean> {
    const sameGuard = normalAddress(email) === normalAddress(next);
    const change = { set: { email: next, verified: true }, add: { epoch: 1 } };
    const guards: Write[] = [
      { put: { ...keys.emailGuard(next), uid }, when: absent("pk") },
      { delete: keys.emailGuard(email), when: equal("uid", uid) },
    ];
    return this.store([
      { update: keys.user(uid), change, when: all(equal("email", email), equal("epoch", epoch)) },
      ...(sameGuard ? [] : guards),
      auditEntry(this.clock, uid, "user.email_changed", uid),
      ...besides,
    ]);
  }
}
