import { z } from "zod";
import { type Clock, day, isoTime, seconds } from "../../platform/clock.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import type { Table, Write } from "../../platform/dynamo/table.ts";
import type { MessageStatus } from "../models.ts";

const count = z.number().default(0);
const dayItem = z.object({
  sk: z.string().transform((sk) => sk.slice(keys.chatDayPrefix.length)),
  complete: count,
  stopped: count,
  interrupted: count,
  failed: count,
  cut: count,
  tokensIn: count,
  tokensOut: count,
  timed: count,
  ms: count,
  begun: count,
  firstMs: count,
  up: count,
  down: count,
});
export type UserDay = z.infer<typeof dayItem>;

/** `ms` is unknown of an answer whose process died, `firstMs` of one that has said nothing. */
export type Answered = {
  status: MessageStatus;
  tokensIn: number;
  tokensOut: number;
  ms?: number | undefined;
  firstMs?: number | undefined;
};
export type Judgement = "up" | "down" | undefined;

const keptSeconds = 400 * day;
export const dayOf = (ms: number) => isoTime(ms).slice(0, 10);

/** Goes into the transaction that ends an answer, so that each counts once. */
export const answered = (uid: string, at: number, facts: Answered): Write => counting(uid, at, measuresOf(facts));

export function measuresOf({ status, tokensIn, tokensOut, ms, firstMs }: Answered): Record<string, number> {
  const measures: Record<string, number> = { [status]: 1, tokensIn, tokensOut };
  if (ms !== undefined) Object.assign(measures, { timed: 1, ms });
  if (firstMs !== undefined) Object.assign(measures, { begun: 1, firstMs });
  return measures;
}

/** Goes into the transaction that judges an answer; it counts on the day of the answer. */
export function judged(uid: string, at: number, before: Judgement, after: Judgement): Write {
  return counting(uid, at, { ...(before && { [before]: -1 }), ...(after && { [after]: 1 }) });
}

function counting(uid: string, at: number, add: Record<string, number>): Write {
  const ttl = Math.floor(at / 1000) + keptSeconds;
  return { update: keys.chatDay(uid, dayOf(at)), change: { add, set: { ttl } } };
}

export class ChatDays {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  /** The days of a user on which anything was counted, of the last `n`, by their name. */
  async lastDays(uid: string, n: number): Promise<Map<string, UserDay>> {
    const from = dayOf((seconds(this.clock) - (n - 1) * day) * 1000);
    const { pk } = keys.chatDay(uid, from);
    const page = await this.table.query({ pk, prefix: keys.chatDayPrefix, descending: true, limit: n });
    const found = page.items.map((item) => dayItem.parse(item)).filter(({ sk }) => sk >= from);
    return new Map(found.map((one) => [one.sk, one]));
  }
}
