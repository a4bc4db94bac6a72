import { z } from "@hono/zod-openapi";
import { pageQuery } from "../../platform/http/paging.ts";
import { exampleChat, exampleMessage, ulid } from "../schemas.ts";

export const maxMessageBytes = 64 * 1024;
const isWithinBytes = (text: string) => Buffer.byteLength(text) <= maxMessageBytes;

/** By reference: the farm service keeps the bytes, and says who may read them. */
export const attachment = z
  .strictObject({
    sha256: z.string().regex(/^[0-9a-f]{64}$/, "is not a SHA-256 in hexadecimal"),
    name: z.string().min(1).max(200),
    media_type: z.string().regex(/^[\w.+-]{1,100}\/[\w.+-]{1,100}$/, "is not a media type"),
    bytes: z.number().int().min(0).max(10_000_000_000),
    farm_id: z.string().min(1).max(100).optional(),
    attachment_id: z.string().min(1).max(100).optional(),
  })
  .openapi("ChatAttachment");
export type Attachment = z.infer<typeof attachment>;

export const newMessage = z
  .strictObject({
    id: ulid.openapi({ description: "Made by the client: sending the same message again is harmless" }),
    role: z.enum(["user", "assistant"]),
    content: z.string().min(1).refine(isWithinBytes, `is longer than ${maxMessageBytes} bytes`),
    parent: ulid
      .nullable()
      .optional()
      .openapi({ description: "The message that this one follows; null begins anew, left out follows the last one" }),
    attachments: z.array(attachment).max(10).optional(),
  })
  .openapi("NewMessage", {
    example: { id: exampleMessage, role: "user", content: "Which ram gives the best lambs?", parent: null },
  });
export type NewMessage = z.infer<typeof newMessage>;

export const storedPart = z
  .looseObject({ type: z.enum(["tool", "citation", "figure", "left_out"]) })
  .openapi("AnswerPart");
export type StoredPart = z.infer<typeof storedPart>;

export const messageView = z
  .object({
    id: ulid,
    role: z.enum(["user", "assistant"]),
    content: z.string(),
    parent: ulid.nullable(),
    status: z.enum(["complete", "stopped", "interrupted", "failed", "cut"]),
    parts: z.array(storedPart),
    attachments: z.array(attachment),
    model: z.string().nullable(),
    input_tokens: z.number().int().nullable(),
    output_tokens: z.number().int().nullable(),
    feedback: z.enum(["up", "down"]).nullable(),
    note: z.string().nullable(),
    created_at: z.iso.datetime(),
  })
  .openapi("Message", {
    example: {
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
  });
export type MessageView = z.infer<typeof messageView>;
export const messageList = z
  .object({ items: z.array(messageView), next: z.string().nullable() })
  .openapi("MessageList");

export const messageQuery = pageQuery.extend({
  branch: ulid.optional().openapi({ description: "Only the messages that lead to this one, newest first" }),
});

export const branchView = z
  .object({
    id: ulid.openapi({ description: "Its last message" }),
    forked_from: ulid.nullable().openapi({ description: "The last message that it has in common with another" }),
    n_messages: z.number().int(),
    is_current: z.boolean(),
    updated_at: z.iso.datetime(),
  })
  .openapi("Branch");
export type BranchView = z.infer<typeof branchView>;
export const branchList = z.object({ items: z.array(branchView), next: z.string().nullable() }).openapi("BranchList");

export const newFeedback = z
  .strictObject({ feedback: z.enum(["up", "down"]).nullable(), note: z.string().trim().min(1).max(2_000).optional() })
  .openapi("MessageFeedback", { example: { feedback: "down", note: "That ram is dead." } });
export type NewFeedback = z.infer<typeof newFeedback>;

export const messagePath = z.object({
  id: z.uuid().openapi({ example: exampleChat }),
  message: ulid,
});
