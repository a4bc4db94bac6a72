import type { DailyCounts } from "../../platform/dynamo/daily-counts.ts";
import type { Activity, ActivityRepository } from "./repository.ts";

export type { Activity };

type Counts = Record<string, number>;
export type Day = { day: string; active: number; started: Counts; refused: Counts; ended: Counts; flagged: Counts };

const activityShown = 100;

export class SessionFigures {
  constructor(
    private readonly counts: DailyCounts,
    private readonly repository: ActivityRepository,
  ) {}

  /** What this process has not added yet is added first; other processes do so every few seconds. */
  async lastDays(n: number): Promise<Day[]> {
    await this.counts.flush();
    const days = await this.counts.lastDays(n);
    return days.map(({ day, counts }) => {
      const of = (group: string) => grouped(counts, `${group}/`);
      const groups = { started: of("started"), refused: of("refused"), ended: of("ended"), flagged: of("flagged") };
      return { day, active: counts.active ?? 0, ...groups };
    });
  }

  activity(uid: string): Promise<Activity[]> {
    return this.repository.latest(uid, activityShown);
  }
}

const grouped = (counts: Counts, prefix: string): Counts =>
  Object.fromEntries(
    Object.entries(counts).flatMap(([name, n]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), n]] : [])),
  );

export const sum = (counts: Counts): number => Object.values(counts).reduce((all, n) => all + n, 0);
