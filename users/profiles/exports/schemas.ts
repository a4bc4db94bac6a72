import { z } from "@hono/zod-openapi";
import { exportItem, formats } from "./models.ts";

export const exportRequest = z
  .strictObject({ format: formats })
  .openapi("ExportRequest", { example: { format: "zip" } });
export const exportView = exportItem.omit({ chunks: true }).openapi("PersonalExport", {
  example: {
    id: "01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4d",
    format: "zip",
    state: "ready",
    detail: null,
    bytes: 18_204,
    begun_at: "2027-03-01T06:00:00.000Z",
    expires_at: "2027-03-04T06:00:00.000Z",
  },
});
