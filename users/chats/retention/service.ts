import { z } from "zod";
import type { Clock } from "../../platform/clock.ts";
import { holdLease } from "../../platform/dynamo/leases.ts";
import type { Table } from "../../platform/dynamo/table.ts";
import { randomText } from "../../platform/ids.ts";
import { Problem } from "../../platform/problems.ts";
import { type Log, reason } from "../../platform/telemetry/logging.ts";
import type { ChatRepository } from "../repository.ts";
import type { RetentionJob, RetentionRepository } from "./repository.ts";
import type { RetentionView } from "./schemas.ts";

/** The institutions of a user, by the names under which an administrator sets their rules. */
export type InstitutionsOf = (uid: string) => Promise<readonly string[]>;
export type RetentionParts = {
  repository: RetentionRepository;
  chats: ChatRepository;
  table: Table;
  clock: Clock;
  log: Log;
  institutionsOf?: InstitutionsOf;
};

const usualDays = 365;
const everyone = "everyone";
const pageSize = 25;
const leaseSeconds = 120;
const lookEveryMs = 60_000;
const position = z.record(z.string(), z.union([z.string(), z.number()]));

/** How long chats are kept: what their owner wants, at most what her institutions allow, and no end under a hold. */
export class Retention {
  private readonly owner = randomText(9);
  private working: Promise<void> = Promise.resolve();
  private isStopped = false;

  constructor(private readonly parts: RetentionParts) {}

  async read(uid: string): Promise<RetentionView> {
    const { repository, chats } = this.parts;
    const [wanted, most, job, count] = await Promise.all([
      repository.wanted(uid),
      this.mostDays(uid),
      repository.job(uid),
      chats.count(uid),
    ]);
    const days = shorter(wanted === undefined ? usualDays : wanted, most);
    const change = job ? { state: "running" as const, changed: job.changed } : { state: "none" as const, changed: 0 };
    return { retention_days: days, most_days: most, is_held: count?.held ?? false, change };
  }

  /** What holds for a new chat. */
  async daysFor(uid: string, wanted: number | null | undefined): Promise<number | null> {
    const own = wanted === undefined ? await this.parts.repository.wanted(uid) : wanted;
    return shorter(own === undefined ? usualDays : own, await this.mostDays(uid));
  }

  async want(uid: string, days: number | null, isForExisting: boolean): Promise<RetentionView> {
    const most = await this.mostDays(uid);
    if (shorter(days, most) !== days)
      throw new Problem(
        422,
        "retention_too_long",
        `Your institution keeps chats for at most ${most} days: choose no more.`,
      );
    await this.parts.repository.want(uid, days);
    if (isForExisting) {
      await this.parts.repository.begin(uid, days);
      this.kick();
    }
    return this.read(uid);
  }

  async hold(uid: string, isHeld: boolean, actor: string, why: string): Promise<void> {
    if (!(await this.parts.repository.hold(uid, isHeld, actor, why)))
      throw new Problem(
        409,
        isHeld ? "held_already" : "not_held",
        "The chats of this account are in that state already.",
      );
    this.kick();
  }

  async setInstitution(name: string, days: number | null, actor: string): Promise<Record<string, number>> {
    await this.parts.repository.setInstitution(name, days, actor);
    return this.parts.repository.ofInstitutions();
  }

  /** Works what waits, once at a time; `start` does so again and again. */
  kick(): void {
    this.working = this.working
      .then(() => this.work())
      .catch((error) => {
        this.parts.log("warning", "retention_waits", { reason: reason(error) });
      });
  }

  start(): () => Promise<void> {
    const timer = setInterval(() => this.kick(), lookEveryMs);
    return async () => {
      clearInterval(timer);
      this.isStopped = true;
      await this.working;
    };
  }

  /** Resolves when nothing of this process is at work. */
  idle = (): Promise<void> => this.working;

  private async work(): Promise<void> {
    const { table, clock, repository, chats } = this.parts;
    if (!(await holdLease(table, clock, "chat-retention", this.owner, leaseSeconds))) return;
    for (const removal of await chats.removals()) if (!this.isStopped) await chats.removeContent(removal);
    for (const job of await repository.jobs()) if (!this.isStopped) await this.carryOut(job);
  }

  /** Page after page from where it stands; a chat that is used moves in the list, so it looks until nothing is left to do. */
  private async carryOut(job: RetentionJob): Promise<void> {
    const { repository, chats, table, clock } = this.parts;
    let { cursor, changed } = job;
    let isClean = cursor === undefined;
    while (!this.isStopped) {
      const isHeld = (await chats.count(job.uid))?.held ?? false;
      const after = cursor === undefined ? undefined : position.parse(JSON.parse(cursor));
      const page = await chats.page(job.uid, pageSize, after);
      for (const chat of page.items) {
        const days = job.days === undefined ? chat.days : job.days;
        if (chat.days === days && (chat.held ?? false) === isHeld) continue;
        isClean = false;
        if (await repository.restamp(chat, days, isHeld)) changed++;
      }
      cursor = page.next && JSON.stringify(page.next);
      if (cursor === undefined && isClean) return void (await repository.done(job));
      if (cursor === undefined) isClean = true;
      if (!(await repository.stand(job, cursor, changed))) return this.kick();
      await holdLease(table, clock, "chat-retention", this.owner, leaseSeconds);
    }
  }

  private async mostDays(uid: string): Promise<number | null> {
    const rules = await this.parts.repository.ofInstitutions();
    const names = [everyone, ...((await this.parts.institutionsOf?.(uid)) ?? [])];
    return names.map((name) => rules[name] ?? null).reduce(shorter, null);
  }
}

const shorter = (a: number | null, b: number | null): number | null => {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
};
