import { z } from "zod";
import { bytes } from "../platform/dynamo/values.ts";

/** What the chats service keeps, as it lies in the table. */

export const chatItem = z.object({
  cid: z.string(),
  uid: z.string(),
  title: bytes,
  /** Absent: nobody has named it, so its first message may. */
  titled: z.enum(["user", "derived"]).optional(),
  /** Messages that it ever had, those of which an answer has begun included; `gone` of them are there no more. */
  n: z.number(),
  gone: z.number().default(0),
  rev: z.number(),
  days: z.number().nullable(),
  headId: z.string().nullable(),
  created: z.number(),
  updated: z.number(),
  deleted: z.number().optional(),
  activeRun: z.string().optional(),
  /** When the run may be taken for dead, in milliseconds. */
  runLease: z.number().optional(),
  stop: z.boolean().optional(),
  tokensIn: z.number().default(0),
  tokensOut: z.number().default(0),
  /** What was said up to the message `summaryOf`. */
  summary: bytes.optional(),
  summaryOf: z.string().optional(),
  facts: bytes.optional(),
  farmId: z.string().nullish(),
  folder: z.string().nullish(),
  pinned: z.boolean().optional(),
  archived: z.boolean().optional(),
  /** Under a legal hold nothing of it ends. */
  held: z.boolean().optional(),
  shares: z.number().optional(),
});
export type StoredChat = z.infer<typeof chatItem>;

export const statuses = ["complete", "stopped", "interrupted", "failed", "cut"] as const;
export type MessageStatus = (typeof statuses)[number];

export const messageItem = z.object({
  id: z.string(),
  role: z.enum(["user", "assistant"]),
  body: bytes,
  parent: z.string().nullable(),
  created: z.number(),
  /** What it costs of the budget of a context. */
  size: z.number().optional(),
  status: z.enum(statuses).optional(),
  /** Sealed: attachments of a question; tools, citations and figures of an answer. */
  extras: bytes.optional(),
  model: z.string().optional(),
  tokensIn: z.number().optional(),
  tokensOut: z.number().optional(),
  ms: z.number().optional(),
  feedback: z.enum(["up", "down"]).optional(),
  note: bytes.optional(),
  /** Its words as they can be found; they lie beside it. */
  terms: bytes.optional(),
});
export type StoredMessage = z.infer<typeof messageItem>;

/** A message without what was said: enough to know the branches of a chat. */
export const shapeItem = messageItem.pick({ id: true, role: true, parent: true, created: true, size: true });
export type Shape = z.infer<typeof shapeItem>;
export const shapeFields = ["id", "role", "parent", "created", "size"];

/** How many chats a user has at most: those whose days are over have told nobody. `rev` counts the changes. */
export const countItem = z.object({ n: z.number(), rev: z.number(), at: z.number(), held: z.boolean().optional() });
export type ChatCount = z.infer<typeof countItem>;

export const removalItem = z.object({
  uid: z.string(),
  cid: z.string(),
  /** Of a chat that is being brought in: the second from which on it counts as given up, and whether it is going already. */
  due: z.number().optional(),
  going: z.boolean().optional(),
});
export type Removal = z.infer<typeof removalItem>;

/** Where a sealed value belongs, so that none can be moved. */
export const titlePlace = (cid: string) => `chat|${cid}|title`;
export const messagePlace = (cid: string, id: string) => `chat|${cid}|${id}`;
export const extrasPlace = (cid: string, id: string) => `chat|${cid}|${id}|extras`;
export const notePlace = (cid: string, id: string) => `chat|${cid}|${id}|note`;
export const summaryPlace = (cid: string) => `chat|${cid}|summary`;
export const folderPlace = (id: string) => `folder|${id}|name`;
export const factsPlace = (cid: string) => `chat|${cid}|facts`;
export const deltasPlace = (cid: string, run: string, first: number) => `chat|${cid}|run|${run}|${first}`;
export const searchPlace = (cid: string, part: string) => `chat|${cid}|search|${part}`;
