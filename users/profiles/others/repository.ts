import type { Clock } from "../../platform/clock.ts";
import { standing } from "../../platform/dynamo/partitions.ts";
import { committed, type Table } from "../../platform/dynamo/table.ts";
import { auditEntry } from "../../platform/events/audit.ts";

/** The trace that an administrator's look leaves with the person. */
export class LookRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  /** False when there is no such person. */
  add(uid: string, administrator: string): Promise<boolean> {
    return committed(this.table, [standing(uid), auditEntry(this.clock, uid, "profile.looked_at", administrator)]);
  }
}
