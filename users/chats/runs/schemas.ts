import { z } from "@hono/zod-openapi";
import { newMessage } from "../messages/schemas.ts";
import { exampleChat, exampleMessage, ulid } from "../schemas.ts";

const language = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Z]{2})?$/, "is not a language tag")
  .default("en");

export const newRun = z
  .strictObject({
    id: ulid
      .optional()
      .openapi({ description: "Made by the client: asking again is harmless. The answer has this id" }),
    parent: ulid.optional().openapi({ description: "The question; left out: the last message" }),
    message: newMessage.optional().openapi({ description: "The question, to be appended first" }),
    language,
  })
  .openapi("NewRun", { example: { parent: exampleMessage, language: "en" } });

export const runView = z
  .object({
    run: ulid,
    chat: z.uuid(),
    parent: z.string(),
    status: z.enum(["running", "stopping", "complete", "stopped", "interrupted", "failed", "cut"]),
  })
  .openapi("Run", { example: { run: exampleMessage, chat: exampleChat, parent: exampleMessage, status: "running" } });
export type RunView = z.infer<typeof runView>;

export const runPath = z.object({ id: z.uuid().openapi({ example: exampleChat }), run: ulid });
export const after = z
  .string()
  .regex(/^(-1|\d{1,8})$/, "is not a number of a delta")
  .transform(Number);
export const followQuery = z.object({
  after: after.default(-1).openapi({ type: "integer", minimum: -1, default: -1, example: 19 }),
});

export const frames = z.discriminatedUnion("t", [
  z.strictObject({ t: z.literal("msg"), cid: z.uuid(), language, ...newMessage.omit({ role: true }).shape }),
  z.strictObject({ t: z.literal("resume"), run: ulid, after: z.number().int().min(-1).default(-1) }),
  z.strictObject({ t: z.literal("stop"), run: ulid }),
]);
