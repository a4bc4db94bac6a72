import { z } from "@hono/zod-openapi";
import { ulidPattern } from "../platform/ids.ts";

export const maxMessageBytes = 64 * 1024;
const exampleChat = "01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4d";
const exampleMessage = "01JP7KWZ8X0000000000000000";

const title = z.string().trim().min(1).max(200);
const ulid = z.string().regex(ulidPattern, "is not a ulid").openapi({ example: exampleMessage });
const isWithinBytes = (text: string) => Buffer.byteLength(text) <= maxMessageBytes;

export const newChat = z
  .strictObject({
    title: title.default("New chat"),
    retention_days: z
      .union([z.literal(1), z.literal(7), z.literal(30), z.literal(90), z.literal(365), z.null()])
      .default(365),
  })
  .openapi("NewChat", { example: { title: "Which rams for the hill flock?", retention_days: 365 } });
export type NewChat = z.infer<typeof newChat>;

export const chatPatch = z.strictObject({ title }).openapi("ChatPatch", { example: { title: "Rams for 2027" } });

export const chatView = z
  .object({
    id: z.uuid(),
    title: z.string(),
    n_messages: z.number().int(),
    head_id: ulid.nullable(),
    retention_days: z.number().int().nullable(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .openapi("Chat", {
    example: {
      id: exampleChat,
      title: "Which rams for the hill flock?",
      n_messages: 2,
      head_id: exampleMessage,
      retention_days: 365,
      created_at: "2026-03-01T07:30:00.000Z",
      updated_at: "2026-03-01T07:31:00.000Z",
    },
  });
export type ChatView = z.infer<typeof chatView>;
export const chatList = z.object({ items: z.array(chatView), next: z.string().nullable() }).openapi("ChatList");

export const newMessage = z
  .strictObject({
    id: ulid.openapi({ description: "Made by the client: sending the same message again is harmless" }),
    role: z.enum(["user", "assistant"]),
    content: z.string().min(1).refine(isWithinBytes, `is longer than ${maxMessageBytes} bytes`),
    parent: ulid.nullable().default(null),
  })
  .openapi("NewMessage", {
    example: { id: exampleMessage, role: "user", content: "Which ram gives the best lambs?", parent: null },
  });
export type NewMessage = z.infer<typeof newMessage>;

export const messageView = z
  .object({
    id: ulid,
    role: z.enum(["user", "assistant"]),
    content: z.string(),
    parent: ulid.nullable(),
    created_at: z.iso.datetime(),
  })
  .openapi("Message", {
    example: {
      id: exampleMessage,
      role: "user",
      content: "Which ram gives the best lambs?",
      parent: null,
      created_at: "2026-03-01T07:31:00.000Z",
    },
  });
export type MessageView = z.infer<typeof messageView>;
export const messageList = z
  .object({ items: z.array(messageView), next: z.string().nullable() })
  .openapi("MessageList");

export const chatPath = z.object({ id: z.uuid().openapi({ example: exampleChat }) });
export const ifMatchHeader = z.object({ "if-match": z.string().optional().openapi({ example: '"1"' }) });
export const idempotencyHeader = z.object({
  "idempotency-key": z.string().optional().openapi({ example: "c0ffee-1" }),
});
