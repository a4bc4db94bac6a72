import { z } from "zod";
import type { Clock } from "../../platform/clock.ts";
import type { Attributes } from "../../platform/dynamo/table.ts";
import type { CloudEvent, Outcome } from "../../platform/events/cloud-event.ts";
import { notFound } from "../../platform/problems.ts";
import { afterQuiet } from "../deliveries/quiet-hours.ts";
import type { Profiles } from "../service.ts";
import type { Notice, Notification } from "./models.ts";
import { type NotificationRepository, unreadShown } from "./repository.ts";
import { ofSession } from "./sessions.ts";

/** A frame for the open WebSockets of a user. */
export type SendFrame = (uid: string, frame: { t: string } & Record<string, unknown>) => void;

const membership = z.object({ farm_id: z.string().min(1).max(100), user_id: z.string().min(1).max(100) });
const evaluated = z.object({
  farm_id: z.string().min(1).max(100),
  flock_id: z.string(),
  run_id: z.string(),
  traits: z.array(z.string()),
  n_animals: z.number(),
  n_records: z.number(),
});
const failed = z.object({
  farm_id: z.string().min(1).max(100),
  flock_id: z.string(),
  run_id: z.string(),
  code: z.string(),
  detail: z.string(),
});

const conflict = z.object({ id: z.string(), kind: z.string(), collection: z.string(), row_id: z.string() });
const found = z.object({ farm_id: z.string().min(1).max(100), conflicts: z.array(conflict).min(1).max(500) });
const settled = z.object({ farm_id: z.string().min(1).max(100), conflict, choice: z.enum(["kept", "other"]) });
const looked = z.object({
  user_id: z.string().min(1).max(100),
  impersonation_id: z.string(),
  reason: z.string(),
  ends_at: z.string(),
});
/** Which setting says by which ways a kind of news goes; without one it is told in the application always. */
const wanted = {
  evaluation_completed: "evaluations",
  evaluation_failed: "evaluations",
  conflict_found: "conflicts",
  conflict_settled: "conflicts",
  session_flagged: "sessions",
  session_ended: "sessions",
  impersonated: undefined,
} as const;
const always = { app: true, mail: false, push: false };

export class Notifications {
  constructor(
    private readonly repository: NotificationRepository,
    private readonly profiles: Profiles,
    private readonly send: SendFrame,
    private readonly clock: Clock,
  ) {}

  async page(uid: string, limit: number, after: Attributes | undefined) {
    const [page, unread] = await Promise.all([this.repository.page(uid, limit, after), this.repository.unread(uid)]);
    return { ...page, unread: unread.length };
  }

  async markRead(uid: string, id: string): Promise<Notification> {
    const marked = await this.repository.markRead(uid, id);
    if (!marked) throw notFound("notification");
    return marked;
  }

  async markAllRead(uid: string): Promise<number> {
    let marked = 0;
    let ids: string[];
    do {
      ids = await this.repository.unread(uid);
      await Promise.all(ids.map((id) => this.repository.markRead(uid, id)));
      marked += ids.length;
    } while (ids.length === unreadShown);
    return marked;
  }

  async onMembership(event: CloudEvent): Promise<Outcome> {
    const { farm_id, user_id } = membership.parse(event.data);
    const isActive = event.type === "farm.membership.granted.v1";
    await this.repository.setMember({ farmId: farm_id, uid: user_id, isActive, at: sortable(event.time) });
    return "handled";
  }

  /** One notification per member of the farm. While no member is known their events are still on the way. */
  async onNews(event: CloudEvent): Promise<Outcome> {
    const notice = noticeOf(event);
    if (await this.repository.wasHandled("notifications", event.id)) return "known";
    const members = await this.repository.members(String(notice.data.farm_id));
    if (!members) return "not_yet";
    for (const uid of members) await this.notify(uid, notice);
    await this.repository.setHandled("notifications", event.id);
    return "handled";
  }

  /** Who saw a person's data is told to them, whatever they chose to hear of. */
  async onImpersonation(event: CloudEvent): Promise<Outcome> {
    await this.notify(looked.parse(event.data).user_id, noticeOf(event));
    return "handled";
  }

  /** Told to the owner of the account; a second delivery finds it told. */
  async onSession(event: CloudEvent): Promise<Outcome> {
    const news = ofSession(event);
    if (!news) return "handled";
    const { uid, ...rest } = news;
    await this.notify(uid, { id: event.id, ...rest, created_at: sortable(event.time) });
    return "handled";
  }

  private async notify(uid: string, notice: Notice): Promise<void> {
    const { value: settings } = await this.profiles.read(uid, "notifications");
    const setting = wanted[notice.kind];
    const { app, mail, push } = setting ? settings[setting] : always;
    const ways = [...(mail ? (["mail"] as const) : []), ...(push ? (["push"] as const) : [])];
    if (!app && ways.length === 0) return;
    const { time_zone } = (await this.profiles.read(uid, "profile")).value;
    const due = afterQuiet(this.clock(), settings.quiet_hours, time_zone);
    const isNew = await this.repository.add(uid, notice, { inApp: app, ways, due, about: setting });
    if (isNew && app) this.send(uid, { t: "notification", notification: { ...notice, read_at: null } });
  }
}

function noticeOf({ id, type, time, data }: CloudEvent): Notice {
  const created_at = sortable(time);
  if (type === "genetics.evaluation.completed.v1") {
    const done = evaluated.parse(data);
    const body = `${done.n_animals} animals were evaluated for ${done.traits.join(", ")}.`;
    return { id, kind: "evaluation_completed", title: "Evaluation finished", body, data: done, created_at };
  }
  if (type === "farm.conflict.found.v1") return { id, ...ofConflicts(found.parse(data)), created_at };
  if (type === "farm.conflict.settled.v1") return { id, ...ofSettled(settled.parse(data)), created_at };
  if (type === "users.user.impersonated.v1") return { id, ...ofLook(looked.parse(data)), created_at };
  const broken = failed.parse(data);
  return {
    id,
    kind: "evaluation_failed",
    title: "Evaluation failed",
    body: broken.detail.slice(0, 1_000),
    data: { ...broken, detail: broken.detail.slice(0, 1_000) },
    created_at,
  };
}

type News = Omit<Notice, "id" | "created_at">;

function ofLook({ impersonation_id, reason, ends_at }: z.infer<typeof looked>): News {
  return {
    kind: "impersonated",
    title: "An administrator looks at your account",
    body: `They see what you see, but no chats, and change nothing. The reason: ${reason}`,
    data: { impersonation_id, reason, ends_at },
  };
}

/** What was said is on the farm: who is no member any more must not read it here. */
function ofConflicts({ farm_id, conflicts }: z.infer<typeof found>): News {
  const numbers = conflicts.filter(({ kind }) => kind === "duplicate_identifier").length;
  const rows = conflicts.length - numbers;
  const said = [];
  if (rows > 0) said.push(`${rows} ${rows === 1 ? "row was" : "rows were"} changed by people who had not seen it.`);
  if (numbers > 0) said.push(`${numbers} ${numbers === 1 ? "number is" : "numbers are"} on two animals at once.`);
  return {
    kind: "conflict_found",
    title: rows > 0 ? "Somebody has to decide" : "A number on two animals",
    body: `${said.join(" ")} Nothing is lost.`,
    data: { farm_id, conflict_ids: conflicts.map(({ id }) => id) },
  };
}

function ofSettled({ farm_id, conflict: { id, kind, collection, row_id }, choice }: z.infer<typeof settled>): News {
  const what = kind === "duplicate_identifier" ? "which animal has a number" : `what counts in ${collection}`;
  return {
    kind: "conflict_settled",
    title: "A conflict is settled",
    body: `Somebody has decided ${what}: ${choice === "kept" ? "it stays as it was" : "the other one counts now"}.`,
    data: { farm_id, conflict_id: id, row_id, choice },
  };
}

/** One way to write a time, so that sorting as text sorts by time. */
const sortable = (time: string) => new Date(time).toISOString();
