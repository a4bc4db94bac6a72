import { z } from "@hono/zod-openapi";
import { retentionDays } from "../schemas.ts";

export const retentionView = z
  .object({
    retention_days: z.number().int().nullable().openapi({ description: "For new chats; null: for good" }),
    most_days: z.number().int().nullable().openapi({ description: "What the institution allows" }),
    is_held: z.boolean(),
    change: z.object({ state: z.enum(["none", "running"]), changed: z.number().int() }),
  })
  .openapi("Retention");
export type RetentionView = z.infer<typeof retentionView>;

export const newRetention = z
  .strictObject({ retention_days: retentionDays, apply_to_existing: z.boolean().default(false) })
  .openapi("NewRetention", { example: { retention_days: 90, apply_to_existing: true } });

export const holdChange = z
  .strictObject({ reason: z.string().trim().min(3).max(500) })
  .openapi("LegalHold", { example: { reason: "Case 17 of the tribunal" } });
export const holdPath = z.object({ uid: z.uuid().openapi({ example: "01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4d" }) });

export const institutionRule = z
  .strictObject({
    most_days: z.union([z.literal(1), z.literal(7), z.literal(30), z.literal(90), z.literal(365), z.null()]),
  })
  .openapi("InstitutionRetention", { example: { most_days: 90 } });
export const institutionPath = z.object({
  institution: z
    .string()
    .regex(/^[\w.:-]{1,100}$/, "is not a name of an institution")
    .openapi({ example: "everyone", description: "`everyone`: all users of the platform" }),
});
export const institutionRules = z.record(z.string(), z.number().int()).openapi("InstitutionRetentions");
