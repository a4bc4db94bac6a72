import { z } from "zod";

const count = z.number().int();
export const analytics = z.object({
  /** how much there is of the caller in each service */
  counts: z.record(z.string(), count),
  /** null while the privacy settings keep no activity */
  activity: z.object({ by_kind: z.record(z.string(), count), by_day: z.record(z.string(), count) }).nullable(),
});
export type Analytics = z.infer<typeof analytics>;
