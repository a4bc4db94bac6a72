import { z } from "zod";
import { normalAddress } from "../../platform/addresses.ts";
import { type Clock, isoTime } from "../../platform/clock.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import {
  absent,
  all,
  ConditionFailed,
  compare,
  equal,
  type Table,
  TransactionCancelled,
  type Write,
} from "../../platform/dynamo/table.ts";
import { auditEntry } from "../../platform/events/audit.ts";
import { outboxEntry } from "../../platform/events/outbox.ts";
import type { Role } from "../../platform/identity/permissions.ts";
import { type StoredUser, userItem } from "./models.ts";

const guardItem = z.object({ uid: z.string() });

export type RoleChange = "changed" | "seen_stale" | "last_administrator";

export class UserRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  /** An account that is being erased is there for nobody any more. */
  async byId(uid: string): Promise<StoredUser | undefined> {
    const item = await this.table.get(keys.user(uid));
    return item && item.erasing === undefined ? userItem.parse(item) : undefined;
  }

  async byEmail(email: string): Promise<StoredUser | undefined> {
    const guard = await this.table.get(keys.emailGuard(email));
    return guard && this.byId(guardItem.parse(guard).uid);
  }

  /** One transaction; false when the address is taken. */
  async register(user: StoredUser, traceparent: string): Promise<boolean> {
    const index = { gsi1pk: keys.userIndex(user.uid), gsi1sk: isoTime(this.clock()) };
    try {
      await this.table.transact([
        { put: { ...keys.emailGuard(user.email), uid: user.uid }, when: absent("pk") },
        { put: { ...keys.user(user.uid), ...user, ...index }, when: absent("pk") },
        auditEntry(this.clock, user.uid, "user.registered", user.uid),
        outboxEntry(this.clock, "auth", {
          type: "users.user.registered.v1",
          subject: user.uid,
          actor: user.uid,
          data: { user_id: user.uid, roles: user.roles },
          traceparent,
        }),
      ]);
      return true;
    } catch (error) {
      if (error instanceof TransactionCancelled && error.failed(0)) return false;
      throw error;
    }
  }

  /** New roles and a new epoch, which ends every earlier refresh token; the last administrator stays. */
  async setRoles(user: StoredUser, wanted: readonly Role[], traceparent: string): Promise<RoleChange> {
    const change = { set: { roles: wanted }, add: { epoch: 1 } };
    const facts = { before: user.roles, after: wanted };
    const writes: Write[] = [
      { update: keys.user(user.uid), change, when: all(equal("roles", user.roles), equal("epoch", user.epoch)) },
      auditEntry(this.clock, user.uid, "user.roles_changed", "operator", facts),
      outboxEntry(this.clock, "auth", {
        type: "users.roles.changed.v1",
        subject: user.uid,
        actor: null,
        data: { user_id: user.uid, roles: wanted },
        traceparent,
      }),
      // one who is disabled is not counted
      ...(user.disabled ? [] : this.administratorCount(user.roles, wanted)),
    ];
    try {
      await this.table.transact(writes);
      return "changed";
    } catch (error) {
      if (!(error instanceof TransactionCancelled)) throw error;
      return error.failed(0) ? "seen_stale" : "last_administrator";
    }
  }

  normalAddress({ email }: Pick<StoredUser, "email">): string {
    return normalAddress(email);
  }

  /** Only while the address is still the one that was looked at. */
  async setVerified(user: StoredUser, verified: boolean): Promise<boolean> {
    const facts = { before: user.verified ?? false, after: verified };
    try {
      await this.table.transact([
        { update: keys.user(user.uid), change: { set: { verified } }, when: equal("email", user.email) },
        auditEntry(this.clock, user.uid, "user.address_verified", "operator", facts),
      ]);
      return true;
    } catch (error) {
      if (error instanceof TransactionCancelled) return false;
      throw error;
    }
  }

  /** The same password under a hash of the present cost; nothing when the hash has been replaced meanwhile. */
  async rehash({ uid, pw }: StoredUser, next: string): Promise<void> {
    try {
      await this.table.update(keys.user(uid), { set: { pw: next } }, equal("pw", pw));
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }

  /**
   * A new epoch ends every earlier session. A new hash is written only if the verified password is still current: another
   * one always has another epoch, while a new hash of the same one has not.
   */
  async newEpoch(
    user: StoredUser,
    event: string,
    pw?: string,
    besides: readonly Write[] = [],
  ): Promise<number | undefined> {
    const change = { ...(pw !== undefined && { set: { pw } }), add: { epoch: 1 } };
    const when = equal("epoch", user.epoch);
    try {
      await this.table.transact([
        { update: keys.user(user.uid), change, when },
        auditEntry(this.clock, user.uid, event, user.uid),
        ...besides,
      ]);
      return user.epoch + 1;
    } catch (error) {
      if (error instanceof TransactionCancelled) return undefined;
      throw error;
    }
  }

  private administratorCount(before: readonly Role[], after: readonly Role[]): Write[] {
    const [was, is] = [before.includes("administrator"), after.includes("administrator")];
    if (was === is) return [];
    const by = is ? 1 : -1;
    const when = is ? undefined : compare("n", ">", 1);
    return [{ update: keys.administrators(), change: { add: { n: by } }, when }];
  }
}
