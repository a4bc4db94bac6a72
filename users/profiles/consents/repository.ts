import { z } from "zod";
import type { Clock } from "../../platform/clock.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import { standing } from "../../platform/dynamo/partitions.ts";
import { type Attributes, absent, equal, type Table, TransactionCancelled } from "../../platform/dynamo/table.ts";
import { auditEntry } from "../../platform/events/audit.ts";
import { outboxEntry } from "../../platform/events/outbox.ts";
import type { Versioned } from "../repository.ts";
import { type Consents, consents, untouched, withdrawnOf } from "./models.ts";

const stored = z.object({ v: z.number().int(), given: consents, uid: z.string() });

/** What a person lets research see, whole and with its version in every event: the newest one wins, however they arrive. */
export class ConsentRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  async read(uid: string): Promise<Versioned<Consents>> {
    const item = await this.table.get(keys.consents(uid));
    if (!item) return { rev: 0, value: untouched };
    const { v, given } = stored.parse(item);
    return { rev: v, value: given };
  }

  /** One transaction: the change, its trace and its event; false when somebody else has changed it. */
  async write(uid: string, value: Consents, seen: number, traceparent: string): Promise<boolean> {
    const index = { gsi1pk: keys.consentIndex, gsi1sk: uid };
    const item = { ...keys.consents(uid), uid, v: seen + 1, given: { ...value }, ...index };
    const data = { user_id: uid, version: seen + 1, withdrawn: withdrawnOf(value) };
    const event = { type: "users.consent.changed.v1", subject: uid, actor: uid, data, traceparent } as const;
    try {
      await this.table.transact([
        standing(uid),
        { put: item, when: seen === 0 ? absent("pk") : equal("v", seen) },
        auditEntry(this.clock, uid, "user.consents_changed", uid, { withdrawn: withdrawnOf(value) }),
        outboxEntry(this.clock, "profiles", event),
      ]);
      return true;
    } catch (error) {
      if (error instanceof TransactionCancelled && error.isRefusal) return false;
      throw error;
    }
  }

  /** What everybody has said, for those who may have missed an event. */
  async page(limit: number, after: Attributes | undefined) {
    const page = await this.table.query({ pk: keys.consentIndex, index: "gsi1", limit, after });
    const items = page.items.map((item) => {
      const { uid, v, given } = stored.parse(item);
      return { user_id: uid, version: v, withdrawn: withdrawnOf(given) };
    });
    return { items, next: page.next };
  }
}
