import { z } from "zod";
import type { Clock } from "../../platform/clock.ts";
import type { Table } from "../../platform/dynamo/table.ts";
import { auditTrail } from "../../platform/events/audit.ts";

const entry = z.object({
  at: z.string(),
  event: z.string().startsWith("session."),
  sid: z.string().optional(),
  device: z.string().optional(),
  country: z.string().optional(),
  amr: z.array(z.string()).default([]),
  flags: z.array(z.string()).default([]),
  why: z.string().optional(),
});
export type Activity = z.infer<typeof entry>;

/** What the audit says of a user's sessions. */
export class ActivityRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  /** The newest first, at most so many. */
  async latest(uid: string, most: number): Promise<Activity[]> {
    const found: Activity[] = [];
    for await (const item of auditTrail(this.table, this.clock, uid)) {
      const { data } = entry.safeParse(item);
      if (data) found.push(data);
      if (found.length === most) break;
    }
    return found;
  }
}
