import "@hono/zod-openapi";
import { analytics } from "./models.ts";

export const analyticsView = analytics.openapi("ProfileAnalytics", {
  example: {
    counts: { sessions: 2, chats: 14, farms: 1 },
    activity: { by_kind: { import_completed: 3 }, by_day: { "2026-03-01": 3 } },
  },
});
