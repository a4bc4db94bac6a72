import type { Clock } from "../../platform/clock.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import { pageOf } from "../../platform/dynamo/partitions.ts";
import {
  type Attributes,
  all,
  type Change,
  compare,
  equal,
  type Table,
  TransactionCancelled,
  type Write,
} from "../../platform/dynamo/table.ts";
import { auditEntry, auditPartitions } from "../../platform/events/audit.ts";
import { outboxEntry } from "../../platform/events/outbox.ts";
import type { Role } from "../../platform/identity/permissions.ts";
import type { StoredUser } from "../accounts/models.ts";
import { type Audited, auditItem, type Listed, listedItem, type Status, statusOf } from "./models.ts";

/** Who acts, as seen when the permission was checked: whoever lost it in the meantime changes nothing. */
export type Act = { actor: StoredUser; event: string; reason: string; besides?: readonly Write[] };
export type Outcome = "changed" | "seen_stale" | "last_administrator";
export type PageWanted = { limit: number; after: Attributes | undefined };
type Page<T> = { items: T[]; next: Attributes | undefined };

export class AdministrationRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  async list(status: Status | undefined, wanted: PageWanted): Promise<Page<Listed>> {
    const walks = keys.userIndexes.map((pk) => ({ pk, index: "gsi1" as const }));
    const wants = (item: Attributes) =>
      item.erasing === undefined && (status === undefined || statusOf(listedItem.parse(item)) === status);
    const { items, next } = await pageOf(this.table, walks, { ...wanted, wants });
    return { items: items.map((item) => listedItem.parse(item)), next };
  }

  async audit(uid: string, wanted: PageWanted): Promise<Page<Audited>> {
    const walks = auditPartitions(this.clock, uid).map((pk) => ({ pk, descending: true }));
    const { items, next } = await pageOf(this.table, walks, wanted);
    return { items: items.map((item) => auditItem.parse(item)), next };
  }

  approve(user: StoredUser, act: Act): Promise<Outcome> {
    return this.write(user, { set: { approval: "approved" } }, act, []);
  }

  deny(user: StoredUser, act: Act): Promise<Outcome> {
    return this.write(user, { set: { approval: "denied" } }, act, []);
  }

  disable(user: StoredUser, act: Act): Promise<Outcome> {
    return this.write(user, { set: { disabled: true } }, act, countOf(user.roles, []));
  }

  enable(user: StoredUser, act: Act): Promise<Outcome> {
    return this.write(user, { remove: ["disabled"] }, act, countOf([], user.roles));
  }

  setRoles(user: StoredUser, roles: readonly Role[], act: Act, traceparent: string): Promise<Outcome> {
    const told = outboxEntry(this.clock, "auth", {
      type: "users.roles.changed.v1",
      subject: user.uid,
      actor: act.actor.uid,
      data: { user_id: user.uid, roles },
      traceparent,
    });
    const counted = user.disabled ? [] : countOf(user.roles, roles);
    return this.write(user, { set: { roles } }, { ...act, besides: [told] }, counted);
  }

  /** One transaction: the user as seen, the actor as seen, the audit, and that an administrator is left. */
  private async write(user: StoredUser, change: Change, act: Act, counted: readonly Write[]): Promise<Outcome> {
    const { actor, event, reason, besides = [] } = act;
    const seen = all(equal("epoch", user.epoch), equal("roles", user.roles));
    const actorSeen: Write[] =
      actor.uid === user.uid ? [] : [{ check: keys.user(actor.uid), when: equal("epoch", actor.epoch) }];
    const writes: Write[] = [
      { update: keys.user(user.uid), change: { ...change, add: { epoch: 1 } }, when: seen },
      ...actorSeen,
      ...counted,
      auditEntry(this.clock, user.uid, event, actor.uid, { reason }),
      ...besides,
    ];
    try {
      await this.table.transact(writes);
      return "changed";
    } catch (error) {
      if (!(error instanceof TransactionCancelled) || !error.isRefusal) throw error;
      return error.failed(0) || (actorSeen.length > 0 && error.failed(1)) ? "seen_stale" : "last_administrator";
    }
  }
}

/** Administrators who may act are counted in one item, so that the last one cannot go in any race. */
function countOf(before: readonly Role[], after: readonly Role[]): Write[] {
  const [was, is] = [before.includes("administrator"), after.includes("administrator")];
  if (was === is) return [];
  const when = is ? undefined : compare("n", ">", 1);
  return [{ update: keys.administrators(), change: { add: { n: is ? 1 : -1 } }, when }];
}
