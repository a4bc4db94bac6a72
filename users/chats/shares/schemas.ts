import { z } from "@hono/zod-openapi";
import { exampleChat, exampleMessage, ulid } from "../schemas.ts";

export const audiences = ["any", "login", "users"] as const;

export const newShare = z
  .strictObject({
    audience: z.enum(audiences).default("login"),
    user_ids: z.array(z.uuid()).min(1).max(50).optional().openapi({ description: "With the audience `users`" }),
    days: z.number().int().min(1).max(365).default(30),
    head_id: ulid
      .optional()
      .openapi({ description: "The last message that is shown; left out: the last one of the chat" }),
  })
  .refine(({ audience, user_ids }) => (audience === "users") === (user_ids !== undefined), {
    path: ["user_ids"],
    message: "stands with the audience users, and with no other",
  })
  .openapi("NewShare", { example: { audience: "login", days: 30 } });
export type NewShare = z.infer<typeof newShare>;

const share = z.object({
  id: z.string(),
  chat_id: z.uuid(),
  head_id: ulid,
  audience: z.enum(audiences),
  user_ids: z.array(z.uuid()),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
});
const example = {
  id: "1yqn0vwmT7d0c4jFQ2uJr6w1p8kXy5s3nV9hLbQeZ0M",
  chat_id: exampleChat,
  head_id: exampleMessage,
  audience: "login" as const,
  user_ids: [],
  created_at: "2026-03-01T07:30:00.000Z",
  expires_at: "2026-03-31T07:30:00.000Z",
};
export const shareView = share.openapi("Share", { example });
export type ShareView = z.infer<typeof shareView>;
export const madeShare = share
  .extend({ url: z.url().openapi({ description: "Shown once; what opens the chat stands behind the #" }) })
  .openapi("MadeShare", {
    example: { ...example, url: "https://flock.example/shared#c2V2ZW4gZ3JleSBld2VzIGF0IGRhd24" },
  });
export const shareList = z.object({ items: z.array(shareView), next: z.string().nullable() }).openapi("ShareList");

export const opening = z
  .strictObject({ token: z.string().regex(/^[\w-]{32}$/, "is not what stands behind the # of a link") })
  .openapi("OpenShare", { example: { token: "c2V2ZW4gZ3JleSBld2VzIGF0IGRhd24h" } });

/** Roles and text: no ids, no addresses, nothing of the records that were read. */
export const sharedChat = z
  .object({
    title: z.string(),
    messages: z.array(z.object({ role: z.enum(["user", "assistant"]), content: z.string() })),
    expires_at: z.iso.datetime(),
  })
  .openapi("SharedChat");
export type SharedChat = z.infer<typeof sharedChat>;

export const sharePath = z.object({ share: z.string().regex(/^[\w-]{43}$/, "is not the id of a share") });
