import { z } from "zod";
import type { Part } from "../answering.ts";
import { statuses } from "../models.ts";

/** A piece of an answer as it is counted, stored and sent: text is a string, everything else an object. */
export type Delta = string | Exclude<Part, { type: "text" } | { type: "usage" }>;

export const usage = z.object({ model: z.string(), inputTokens: z.number(), outputTokens: z.number() });
export type Usage = z.infer<typeof usage>;

/** How a run ended; `id` is its message, if it has said anything. */
export const outcome = z.object({
  status: z.enum(statuses),
  id: z.string().nullable(),
  usage: usage.nullable(),
  code: z.string().nullable(),
});
export type Outcome = z.infer<typeof outcome>;

export const headItem = z.object({
  cid: z.string(),
  parent: z.string().default(""),
  outcome: outcome.optional(),
  at: z.number(),
});
export type RunHead = z.infer<typeof headItem>;

/** What a reader of a run is told, in this order: each delta once, then the end. */
export type RunEvent = { seq: number; d: Delta } | { done: Outcome };
