import { z } from "@hono/zod-openapi";
import { attachment, maxMessageBytes, storedPart } from "../messages/schemas.ts";
import { statuses } from "../models.ts";
import { chatView, exampleChat, exampleMessage, ulid } from "../schemas.ts";

const tokens = z.number().int().min(0).max(1_000_000_000);
const moment = z.iso.datetime();
const text = z
  .string()
  .refine((said) => Buffer.byteLength(said) <= maxMessageBytes, `is longer than ${maxMessageBytes} bytes`);

const fileMessage = z.strictObject({
  id: ulid,
  role: z.enum(["user", "assistant"]),
  content: text,
  parent: ulid.nullable(),
  status: z.enum(statuses),
  parts: z.array(storedPart).max(1_000),
  attachments: z.array(attachment).max(10),
  model: z.string().max(200).nullable(),
  input_tokens: tokens.nullable(),
  output_tokens: tokens.nullable(),
  feedback: z.enum(["up", "down"]).nullable(),
  note: z.string().trim().min(1).max(2_000).nullable(),
  created_at: moment,
});
export type FileMessage = z.infer<typeof fileMessage>;

/** What a download as JSON holds; of what the platform itself counts, it is counted anew. */
export const chatFile = z
  .strictObject({
    schema: z.literal("bellwether.chat/1"),
    chat: z.strictObject({
      ...chatView.shape,
      title: z.string().trim().min(1).max(200),
      retention_days: z.number().int().min(1).max(36_500).nullable(),
      farm_id: z.string().min(1).max(100).nullable(),
      facts: z.array(z.string().trim().min(1).max(500)).max(20),
      input_tokens: tokens,
      output_tokens: tokens,
    }),
    folder: z.strictObject({ id: z.uuid(), name: z.string().trim().min(1).max(100) }).nullable(),
    messages: z.array(fileMessage),
    usage: z.strictObject({ input_tokens: tokens, output_tokens: tokens }),
  })
  .openapi("ChatFile", {
    example: {
      schema: "bellwether.chat/1",
      chat: {
        id: exampleChat,
        title: "Which rams for the hill flock?",
        n_messages: 1,
        head_id: exampleMessage,
        active_run: null,
        retention_days: 365,
        farm_id: null,
        folder_id: null,
        facts: ["We lamb in April."],
        is_pinned: false,
        is_archived: false,
        is_held: false,
        input_tokens: 0,
        output_tokens: 0,
        created_at: "2026-03-01T07:30:00.000Z",
        updated_at: "2026-03-01T07:31:00.000Z",
      },
      folder: null,
      messages: [
        {
          id: exampleMessage,
          role: "user",
          content: "Which ram gives the best lambs?",
          parent: null,
          status: "complete",
          parts: [],
          attachments: [],
          model: null,
          input_tokens: null,
          output_tokens: null,
          feedback: null,
          note: null,
          created_at: "2026-03-01T07:31:00.000Z",
        },
      ],
      usage: { input_tokens: 0, output_tokens: 0 },
    },
  });
export type ChatFile = z.infer<typeof chatFile>;
