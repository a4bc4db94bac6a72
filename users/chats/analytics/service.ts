import { type Clock, day } from "../../platform/clock.ts";
import type { DailyCounts } from "../../platform/dynamo/daily-counts.ts";
import { statuses } from "../models.ts";
import { type Answered, type ChatDays, dayOf, type Judgement, measuresOf, type UserDay } from "./repository.ts";
import type { ChatFiguresView } from "./schemas.ts";

export type Measured = Answered & { roles: readonly string[]; tools: readonly string[] };
type Counts = Record<string, number>;
const noTopic = "none";

/**
 * How much is asked and how well it is answered. Of a user it counts exactly; of the platform it counts by role and by
 * topic, which is the name of a tool that there is: no text, no user and no chat.
 */
export class ChatAnalytics {
  constructor(
    private readonly days: ChatDays,
    private readonly counts: DailyCounts,
    private readonly topics: ReadonlySet<string>,
    private readonly clock: Clock,
  ) {}

  answered({ roles, tools, ...facts }: Measured): void {
    this.add(roles, tools, measuresOf(facts));
  }

  judged(roles: readonly string[], tools: readonly string[], before: Judgement, after: Judgement): void {
    if (before !== after) this.add(roles, tools, { ...(before && { [before]: -1 }), ...(after && { [after]: 1 }) });
  }

  async ofUser(uid: string, n: number) {
    const found = await this.days.lastDays(uid, n);
    return this.names(n).map((name) => ({ day: name, ...figuresOf(found.get(name) ?? {}) }));
  }

  /** What this process has not added yet is added first; other processes do so every few seconds. */
  async ofPlatform(n: number) {
    await this.counts.flush();
    const found = await this.counts.lastDays(n);
    return found.map(({ day, counts }) => ({
      day,
      all: figuresOf(groupsOf(counts, "chats/all/").all ?? {}),
      by_role: mapped(groupsOf(counts, "chats/role/")),
      by_topic: mapped(groupsOf(counts, "chats/topic/")),
    }));
  }

  private add(roles: readonly string[], tools: readonly string[], counts: Counts): void {
    const known = new Set(tools.filter((tool) => this.topics.has(tool)));
    const topics = known.size > 0 ? [...known] : [noTopic];
    const groups = ["all/all", ...roles.map((role) => `role/${role}`), ...topics.map((topic) => `topic/${topic}`)];
    for (const group of groups)
      for (const [name, n] of Object.entries(counts)) if (n !== 0) this.counts.add(`chats/${group}/${name}`, n);
  }

  private names = (n: number) => Array.from({ length: n }, (_, back) => dayOf(this.clock() - back * day * 1000));
}

const mapped = (groups: Record<string, Counts>) =>
  Object.fromEntries(Object.entries(groups).map(([name, counts]) => [name, figuresOf(counts)]));

/** `prefix` group `/` measure: the counts of each group by measure. */
function groupsOf(counts: Counts, prefix: string): Record<string, Counts> {
  const found: Record<string, Counts> = {};
  for (const [name, n] of Object.entries(counts)) {
    if (!name.startsWith(prefix)) continue;
    const [group = "", measure = ""] = name.slice(prefix.length).split("/");
    found[group] = { ...found[group], [measure]: n };
  }
  return found;
}

function figuresOf(counts: Partial<Omit<UserDay, "sk">> | Counts): ChatFiguresView {
  const of = (name: string) => (counts as Counts)[name] ?? 0;
  const mean = (sum: string, n: string) => (of(n) > 0 ? Math.round(of(sum) / of(n)) : null);
  const seen = statuses.filter((status) => of(status) > 0);
  return {
    answers: seen.reduce((sum, status) => sum + of(status), 0),
    by_status: Object.fromEntries(seen.map((status) => [status, of(status)])),
    input_tokens: of("tokensIn"),
    output_tokens: of("tokensOut"),
    mean_ms: mean("ms", "timed"),
    mean_first_ms: mean("firstMs", "begun"),
    feedback_up: of("up"),
    feedback_down: of("down"),
  };
}
