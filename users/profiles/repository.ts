import { z } from "zod";
import { type Clock, seconds } from "../platform/clock.ts";
import * as keys from "../platform/dynamo/keys.ts";
import { standing } from "../platform/dynamo/partitions.ts";
import { absent, type Change, equal, type Table, TransactionCancelled } from "../platform/dynamo/table.ts";
import { type AnySection, defaults, type Section, type SectionName, sections } from "./models.ts";

const revision = z.object({ v: z.number().int() });
const given = z.record(z.string(), z.unknown());
export type Versioned<T> = { rev: number; value: T };

/** The sections are one item and share its revision. */
export class ProfileRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  async read<N extends SectionName>(uid: string, name: N): Promise<Versioned<Section<N>>> {
    const item = await this.table.get(keys.profile(uid));
    if (!item) return { rev: 0, value: defaults[name] };
    const stored = given.parse(item[name] ?? {});
    return { rev: revision.parse(item).v, value: this.complete(name, stored) };
  }

  /** What is shown and to whom it may be, as they stood at one moment. */
  async shown(uid: string): Promise<{ profile: Section<"profile">; privacy: Section<"privacy"> }> {
    const item = await this.table.get(keys.profile(uid), true);
    const [profile, privacy] = [given.parse(item?.profile ?? {}), given.parse(item?.privacy ?? {})];
    return { profile: this.complete("profile", profile), privacy: this.complete("privacy", privacy) };
  }

  /** Writes a section if the item still has the revision seen; false when it has moved on. */
  async write(uid: string, name: SectionName, value: AnySection, seen: number): Promise<boolean> {
    const when = seen === 0 ? absent("pk") : equal("v", seen);
    const update = { update: keys.profile(uid), change: this.changeOf(name, value), when };
    try {
      await this.table.transact([standing(uid), update]);
      return true;
    } catch (error) {
      if (error instanceof TransactionCancelled && error.isRefusal) return false;
      throw error;
    }
  }

  /** Since when activities may be kept is an attribute of its own: whoever writes one makes it a condition. */
  private changeOf(name: SectionName, value: AnySection): Change {
    const change = { set: { [name]: { ...value } }, add: { v: 1 } };
    if (!("keep_activity" in value)) return change;
    if (!value.keep_activity) return { ...change, remove: ["activitySince"] };
    return { ...change, sum: { activitySince: { of: "activitySince", otherwise: seconds(this.clock), plus: 0 } } };
  }

  /** A field that is newer than the stored item takes its default. */
  private complete<N extends SectionName>(name: N, stored: Record<string, unknown>): Section<N>;
  private complete(name: SectionName, stored: Record<string, unknown>) {
    return sections[name].parse({ ...defaults[name], ...stored });
  }
}
