import { z } from "@hono/zod-openapi";
import { notification } from "./models.ts";

export const notificationView = notification.openapi("Notification", {
  example: {
    id: "01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4d",
    kind: "evaluation_completed",
    title: "Evaluation finished",
    body: "1200 animals were evaluated for WWT, PWT.",
    data: { farm_id: "01958f3e-0000-7cc0-9f8e-0d1f6a2b3c4d", run_id: "01958f3e-1111-7cc0-9f8e-0d1f6a2b3c4d" },
    created_at: "2026-03-01T07:30:00.000Z",
    read_at: null,
  },
});

export const notificationList = z
  .object({
    items: z.array(notificationView),
    next: z.string().nullable(),
    unread: z.number().int().openapi({ description: "How many are unread; 100 means 100 or more" }),
  })
  .openapi("NotificationList");
export const notificationPath = z.object({ id: z.uuid().openapi({ example: "01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4d" }) });
export const markedView = z.object({ marked: z.number().int() }).openapi("Marked", { example: { marked: 4 } });
