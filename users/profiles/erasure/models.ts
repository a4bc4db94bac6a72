import { z } from "zod";

/** How far an erasure is; the second pass takes what requests that had begun before it have still written. */
export const erasureItem = z.object({
  sk: z.string(),
  receipt: z.string(),
  pass: z.union([z.literal(1), z.literal(2)]),
  step: z.number().int(),
  notBefore: z.number(),
});
export type StoredErasure = z.infer<typeof erasureItem>;

/** What its owner is shown, who has no account any more: nothing in it says whose it is. */
export const receiptItem = z.object({
  state: z.enum(["running", "waiting", "done"]),
  step: z.string().nullable(),
  detail: z.string().nullable(),
  begun_at: z.string(),
  done_at: z.string().nullable(),
});
export type Receipt = z.infer<typeof receiptItem>;
