import { z } from "zod";

export const formats = z.enum(["zip", "json"]);
export type Format = z.infer<typeof formats>;

/** An archive of all that is held on a person: being made, or there until it expires. */
export const exportItem = z.object({
  id: z.string(),
  format: formats,
  state: z.enum(["running", "ready", "failed"]),
  detail: z.string().nullable(),
  chunks: z.number().int(),
  bytes: z.number().int(),
  begun_at: z.string(),
  expires_at: z.string(),
});
export type StoredExport = z.infer<typeof exportItem>;
