import { z } from "@hono/zod-openapi";
import { wholeText } from "../../platform/http/paging.ts";
import { chatView, ulid } from "../schemas.ts";

export const searchQuery = z.object({
  q: z
    .string()
    .min(1)
    .max(200)
    .openapi({ description: "Whole words, all of which the chat holds", example: "scrapie ram" }),
  limit: wholeText(1, 50).default(20).openapi({ type: "integer", minimum: 1, maximum: 50, default: 20, example: 20 }),
  cursor: z.string().max(2_000).optional(),
});

const hit = z.object({
  chat: chatView,
  snippets: z.array(z.object({ message_id: ulid, role: z.enum(["user", "assistant"]), text: z.string() })),
});
export type SearchHit = z.infer<typeof hit>;
export const searchResult = z
  .object({
    items: z.array(hit),
    n_searched: z.number().int().openapi({ description: "Chats that were looked at for this page" }),
    is_complete: z.boolean().openapi({ description: "Whether all chats were looked at; if not, `next` goes on" }),
    next: z.string().nullable(),
  })
  .openapi("ChatSearch");
