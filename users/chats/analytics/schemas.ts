import { z } from "@hono/zod-openapi";

const count = z.number().int();
const mean = z.number().int().nullable();
const figures = {
  answers: count,
  by_status: z.record(z.string(), count),
  input_tokens: count,
  output_tokens: count,
  mean_ms: mean.openapi({ description: "From the question to the end of its answer" }),
  mean_first_ms: mean.openapi({ description: "From the question to the first of its answer" }),
  feedback_up: count,
  feedback_down: count,
};
const example = {
  answers: 12,
  by_status: { complete: 11, stopped: 1 },
  input_tokens: 5_040,
  output_tokens: 1_152,
  mean_ms: 1_800,
  mean_first_ms: 240,
  feedback_up: 3,
  feedback_down: 1,
};
export const chatFigures = z.object(figures).openapi("ChatFigures", { example });
export type ChatFiguresView = z.infer<typeof chatFigures>;

export const chatDay = z
  .object({ day: z.iso.date(), ...figures })
  .openapi("ChatDay", { example: { day: "2026-03-01", ...example } });
export const chatDays = z.object({ items: z.array(chatDay), next: z.null() }).openapi("ChatDays");

export const platformDay = z
  .object({
    day: z.iso.date(),
    all: chatFigures,
    by_role: z.record(z.string(), chatFigures).openapi({ description: "Who has several roles counts for each" }),
    by_topic: z.record(z.string(), chatFigures).openapi({
      description: "The tools that an answer has used, `none` without any; one that used two counts for each",
    }),
  })
  .openapi("ChatPlatformDay");
export const platformDays = z.object({ items: z.array(platformDay), next: z.null() }).openapi("ChatPlatformDays");

export const daysQuery = z.object({
  days: z.coerce.number().int().min(1).max(90).default(30).openapi({ example: 30 }),
});
