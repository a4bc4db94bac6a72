import { z } from "@hono/zod-openapi";

export const notificationView = z
  .object({
    id: z.string(),
    kind: z.enum(["evaluation_completed", "evaluation_failed"]),
    title: z.string(),
    body: z.string(),
    data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())])),
    created_at: z.iso.datetime(),
    read_at: z.iso.datetime().nullable(),
  })
  .openapi("Notification", {
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
export type NotificationView = z.infer<typeof notificationView>;

export const notificationList = z
  .object({
    items: z.array(notificationView),
    next: z.string().nullable(),
    unread: z.number().int().openapi({ description: "How many are unread; 100 means 100 or more" }),
  })
  .openapi("NotificationList");
export const notificationPath = z.object({ id: z.uuid().openapi({ example: "01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4d" }) });
export const markedView = z.object({ marked: z.number().int() }).openapi("Marked", { example: { marked: 4 } });
