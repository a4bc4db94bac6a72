import { z } from "zod";

export const kinds = [
  "membership_granted",
  "membership_revoked",
  "import_completed",
  "evaluation_published",
  "session_flagged",
  "session_ended",
] as const;

/** Something that a person did, or that happened to their account: ids and counts, no words of a farm. */
export const activity = z.object({
  id: z.string(),
  kind: z.enum(kinds),
  at: z.iso.datetime(),
  farm_id: z.string().nullable(),
  data: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type Activity = z.infer<typeof activity>;

export const keptDays = 90;
export const keptEntries = 200;
