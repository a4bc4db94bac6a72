import { z } from "@hono/zod-openapi";

const counts = z.record(z.string(), z.number().int());
export const dayView = z
  .object({
    day: z.iso.date(),
    active: z.number().int(),
    started: z.number().int(),
    refused: z.number().int(),
    started_by_method: counts,
    refused_by_reason: counts,
    ended_by_reason: counts,
    flagged: counts,
  })
  .openapi("SessionDay", {
    example: {
      day: "2026-03-01",
      active: 61,
      started: 14,
      refused: 3,
      started_by_method: { pwd: 12, "pwd+otp": 2 },
      refused_by_reason: { password: 3 },
      ended_by_reason: { logout: 9, evicted: 1 },
      flagged: { new_device: 2 },
    },
  });
export type DayView = z.infer<typeof dayView>;
export const dayList = z.object({ items: z.array(dayView), next: z.null() }).openapi("SessionDays");
export const daysQuery = z.object({
  days: z.coerce.number().int().min(1).max(90).default(30).openapi({ example: 30 }),
});

export const activityView = z
  .object({
    at: z.iso.datetime(),
    event: z.string(),
    session_id: z.string().nullable(),
    device: z.string().nullable(),
    country: z.string().nullable(),
    methods: z.array(z.string()),
    flags: z.array(z.string()),
    reason: z.string().nullable(),
  })
  .openapi("SessionActivity", {
    example: {
      at: "2026-03-01T07:30:00.000Z",
      event: "session.started",
      session_id: "q0Zc2oYpT1iV7b3mJwKxNn2R",
      device: "Firefox on Linux",
      country: "GB",
      methods: ["pwd"],
      flags: [],
      reason: null,
    },
  });
export type ActivityView = z.infer<typeof activityView>;
export const activityList = z.object({ items: z.array(activityView), next: z.null() }).openapi("SessionActivityList");
