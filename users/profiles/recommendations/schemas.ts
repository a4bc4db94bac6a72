import { z } from "@hono/zod-openapi";
import { recommendation } from "./models.ts";

export const recommendationList = z.object({ items: z.array(recommendation) }).openapi("RecommendationList", {
  example: {
    items: [
      {
        kind: "record_weights",
        title: "Record weights",
        reason: "None were recorded since 2025-08-11.",
        href: "docs/how-to/import-a-flock.md",
        farm_id: "01958f3e-0000-7cc0-9f8e-0d1f6a2b3c4d",
      },
    ],
  },
});
