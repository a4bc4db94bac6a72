import { z } from "@hono/zod-openapi";
import { activity } from "./models.ts";

export const activityView = activity.openapi("Activity", {
  example: {
    id: "01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4d",
    kind: "import_completed",
    at: "2026-03-01T07:30:00.000Z",
    farm_id: "01958f3e-0000-7cc0-9f8e-0d1f6a2b3c4d",
    data: { import_id: "01958f3e-1111-7cc0-9f8e-0d1f6a2b3c4d", rows_accepted: 8, rows_rejected: 0 },
  },
});
export const activityList = z
  .object({ items: z.array(activityView), next: z.string().nullable() })
  .openapi("ActivityList");
