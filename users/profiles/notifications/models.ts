import { z } from "zod";

/** A notification as it is stored and shown. */
export const notification = z.object({
  id: z.string(),
  kind: z.enum([
    "evaluation_completed",
    "evaluation_failed",
    "conflict_found",
    "conflict_settled",
    "session_flagged",
    "session_ended",
    "impersonated",
  ]),
  title: z.string(),
  body: z.string(),
  data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())])),
  created_at: z.iso.datetime(),
  read_at: z.iso.datetime().nullable(),
});
export type Notification = z.infer<typeof notification>;
/** A notification that nobody has seen yet. */
export type Notice = Omit<Notification, "read_at">;
