import { z } from "zod";
import type { Attributes } from "../../platform/dynamo/table.ts";
import type { CloudEvent } from "../../platform/events/cloud-event.ts";
import { Problem } from "../../platform/problems.ts";
import { type Activity, keptEntries } from "./models.ts";
import type { ActivityHistoryRepository } from "./repository.ts";

type Told = Pick<Activity, "kind" | "farm_id" | "data"> & { uid: string | null | undefined };
const id = z.string().min(1).max(100);
const membership = z.object({ farm_id: id, user_id: id });
const imported = z.object({ farm_id: id, import_id: id, rows_accepted: z.number(), rows_rejected: z.number() });
const published = z.object({ farm_id: id, flock_id: id, run_id: id });
const flagged = z.object({ user_id: id, flags: z.array(z.string().max(60)).max(10) });
const ended = z.object({ user_id: id, reason: z.string().max(60) });

/** Whose history a fact belongs to, and what of it is kept there. */
const readers: Record<string, (event: CloudEvent) => Told> = {
  "farm.membership.granted.v1": (event) => ofMembership(event, "membership_granted"),
  "farm.membership.revoked.v1": (event) => ofMembership(event, "membership_revoked"),
  "farm.import.completed.v1": ({ actor, data }) => {
    const { farm_id, ...rest } = imported.parse(data);
    return { uid: actor, kind: "import_completed", farm_id, data: rest };
  },
  "genetics.evaluation.published.v1": ({ actor, data }) => {
    const { farm_id, ...rest } = published.parse(data);
    return { uid: actor, kind: "evaluation_published", farm_id, data: rest };
  },
  "users.session.flagged.v1": ({ data }) => {
    const { user_id: uid, flags } = flagged.parse(data);
    return { uid, kind: "session_flagged", farm_id: null, data: { flags: flags.join(",") } };
  },
  "users.session.ended.v1": ({ data }) => {
    const { user_id: uid, reason } = ended.parse(data);
    return { uid, kind: "session_ended", farm_id: null, data: { reason } };
  },
};

/** What people did, for themselves. */
export class Activities {
  constructor(private readonly repository: ActivityHistoryRepository) {}

  /** A second delivery of an event finds it there. */
  async on(event: CloudEvent): Promise<void> {
    const told = readers[event.type]?.(event);
    if (!told?.uid) return;
    const { uid, ...rest } = told;
    await this.repository.add(uid, { id: event.id, at: new Date(event.time).toISOString(), ...rest });
  }

  /** All that is kept; undefined while the person does not allow it. */
  async kept(uid: string): Promise<Activity[] | undefined> {
    const since = await this.repository.since(uid);
    return since === undefined ? undefined : (await this.repository.page(uid, since, keptEntries, undefined)).items;
  }

  async page(uid: string, limit: number, after: Attributes | undefined) {
    const since = await this.repository.since(uid);
    if (since === undefined) throw switchedOff("keep_activity");
    return this.repository.page(uid, since, limit, after);
  }
}

function ofMembership({ data }: CloudEvent, kind: Told["kind"]): Told {
  const { farm_id, user_id: uid } = membership.parse(data);
  return { uid, kind, farm_id, data: {} };
}

/** Nothing is kept or computed for who has not asked for it. */
export function switchedOff(setting: string): Problem {
  const detail = `Your privacy settings do not allow this: set ${setting} by PATCH /api/v1/profiles/me/privacy.`;
  return new Problem(409, "switched_off", detail);
}
