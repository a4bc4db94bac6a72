import { type Clock, isoTime } from "../../platform/clock.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import { itemsOf } from "../../platform/dynamo/partitions.ts";
import { absent, all, any, equal, type Table, TransactionCancelled, type Write } from "../../platform/dynamo/table.ts";
import { auditEntry } from "../../platform/events/audit.ts";
import { outboxEntry } from "../../platform/events/outbox.ts";
import { endedEntry } from "../../platform/identity/ended.ts";
import type { StoredUser } from "../accounts/models.ts";
import { type Impersonation, impersonationItem, sidOf } from "./models.ts";

export class ImpersonationRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  async get(uid: string, id: string): Promise<Impersonation | undefined> {
    const item = await this.table.get(keys.impersonation(uid, id));
    return item && impersonationItem.parse(item);
  }

  async all(uid: string): Promise<Impersonation[]> {
    const found: Impersonation[] = [];
    const walk = { pk: keys.user(uid).pk, prefix: keys.impersonationPrefix, consistent: true };
    for await (const item of itemsOf(this.table, walk)) found.push(impersonationItem.parse(item));
    return found;
  }

  /** The account that a token would stand on is there, open, and as it was when its epoch was read. */
  async isStanding({ uid, epoch }: Pick<Impersonation, "uid" | "epoch">): Promise<boolean> {
    const item = await this.table.get(keys.user(uid));
    return item !== undefined && item.epoch === epoch && item.erasing === undefined && item.disabled !== true;
  }

  /** One transaction: both accounts as seen, the audit, and the news for the user; false when one has changed. */
  async start(
    one: Impersonation,
    user: StoredUser,
    actor: StoredUser,
    { traceparent, told }: { traceparent: string; told: Write },
  ): Promise<boolean> {
    const { id, uid, reason, exp } = one;
    const open = all(any(absent("disabled"), equal("disabled", false)), absent("erasing"));
    const data = { user_id: uid, impersonation_id: id, reason, ends_at: isoTime(exp * 1000) };
    return this.write([
      { check: keys.user(uid), when: all(equal("epoch", user.epoch), equal("roles", user.roles), open) },
      { check: keys.user(actor.uid), when: all(equal("epoch", actor.epoch), equal("roles", actor.roles), open) },
      { put: { ...keys.impersonation(uid, id), ...one, ttl: exp }, when: absent("pk") },
      auditEntry(this.clock, uid, "impersonation.started", one.actor, { id, reason }),
      outboxEntry(this.clock, "auth", {
        type: "users.user.impersonated.v1",
        subject: uid,
        actor: one.actor,
        data,
        traceparent,
      }),
      told,
    ]);
  }

  /** Gone and told to the services in one transaction; false when it was gone before. */
  async end({ uid, id }: Impersonation, by: string, why: string): Promise<boolean> {
    return this.write([
      { delete: keys.impersonation(uid, id), when: equal("id", id) },
      endedEntry(this.clock, sidOf(id), uid, why),
      auditEntry(this.clock, uid, "impersonation.ended", by, { id, why }),
    ]);
  }

  private async write(writes: Parameters<Table["transact"]>[0]): Promise<boolean> {
    try {
      await this.table.transact(writes);
      return true;
    } catch (error) {
      if (error instanceof TransactionCancelled) return false;
      throw error;
    }
  }
}
