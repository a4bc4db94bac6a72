import { z } from "@hono/zod-openapi";
import { pageQuery } from "../platform/http/paging.ts";
import { ulidPattern } from "../platform/ids.ts";

export const exampleChat = "01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4d";
export const exampleMessage = "01JP7KWZ8X0000000000000000";

export const exampleFolder = "01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4e";
const title = z.string().trim().min(1).max(200);
export const ulid = z.string().regex(ulidPattern, "is not a ulid").openapi({ example: exampleMessage });
const farmId = z.string().min(1).max(100).openapi({ description: "The farm that the chat is about" });
const facts = z
  .array(z.string().trim().min(1).max(500))
  .max(20)
  .openapi({ description: "What each answer shall know" });

export const retentionDays = z.union([
  z.literal(1),
  z.literal(7),
  z.literal(30),
  z.literal(90),
  z.literal(365),
  z.null(),
]);
export const newChat = z
  .strictObject({
    title: title.optional().openapi({ description: "Left out: the first message gives it" }),
    retention_days: retentionDays.optional().openapi({ description: "Left out: what the owner has chosen" }),
    farm_id: farmId.optional(),
    facts: facts.optional(),
  })
  .openapi("NewChat", { example: { title: "Which rams for the hill flock?", retention_days: 365 } });
export type NewChat = z.infer<typeof newChat>;

export const chatPatch = z
  .strictObject({
    title: title.optional(),
    farm_id: farmId.nullable().optional(),
    folder_id: z.uuid().nullable().optional(),
    facts: facts.optional(),
    is_pinned: z.boolean().optional(),
    is_archived: z.boolean().optional(),
  })
  .openapi("ChatPatch", { example: { title: "Rams for 2027", is_pinned: true } });
export type ChatPatch = z.infer<typeof chatPatch>;

const tokens = z.number().int();
export const chatView = z
  .object({
    id: z.uuid(),
    title: z.string(),
    n_messages: z.number().int(),
    head_id: ulid.nullable(),
    active_run: ulid.nullable(),
    retention_days: z.number().int().nullable(),
    farm_id: z.string().nullable(),
    folder_id: z.uuid().nullable(),
    facts: z.array(z.string()),
    is_pinned: z.boolean(),
    is_archived: z.boolean(),
    is_held: z.boolean(),
    input_tokens: tokens,
    output_tokens: tokens,
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .openapi("Chat", {
    example: {
      id: exampleChat,
      title: "Which rams for the hill flock?",
      n_messages: 2,
      head_id: exampleMessage,
      active_run: null,
      retention_days: 365,
      farm_id: null,
      folder_id: null,
      facts: ["We lamb in April."],
      is_pinned: false,
      is_archived: false,
      is_held: false,
      input_tokens: 420,
      output_tokens: 96,
      created_at: "2026-03-01T07:30:00.000Z",
      updated_at: "2026-03-01T07:31:00.000Z",
    },
  });
export type ChatView = z.infer<typeof chatView>;
export const chatList = z.object({ items: z.array(chatView), next: z.string().nullable() }).openapi("ChatList");

const truth = z.enum(["true", "false"]).transform((text) => text === "true");
export const chatQuery = pageQuery.extend({
  folder: z.uuid().optional().openapi({ example: exampleFolder }),
  pinned: truth.optional().openapi({ type: "boolean" }),
  archived: truth.optional().openapi({ type: "boolean" }),
});

export const chatPath = z.object({ id: z.uuid().openapi({ example: exampleChat }) });
export const ifMatchHeader = z.object({ "if-match": z.string().optional().openapi({ example: '"1"' }) });
export const idempotencyHeader = z.object({
  "idempotency-key": z.string().optional().openapi({ example: "c0ffee-1" }),
});
