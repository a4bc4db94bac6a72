import { z } from "zod";
import type { CloudEvent } from "../../platform/events/cloud-event.ts";
import type { Notice } from "./models.ts";

const flagged = z.object({
  user_id: z.string(),
  session_id: z.string(),
  flags: z.array(z.string()),
  device: z.string().nullish(),
  country: z.string().nullish(),
});
const ended = z.object({ user_id: z.string(), session_id: z.string(), reason: z.string() });
type News = { uid: string } & Omit<Notice, "id" | "created_at">;

const ends: Readonly<Record<string, { title: string; body: string }>> = {
  evicted: {
    title: "Your oldest session has ended",
    body: "You signed in once more than your role allows at a time. If it was not you, change your password.",
  },
  reuse: {
    title: "A session was ended for your safety",
    body: "Its token was used twice, so somebody may have copied it. Sign in again and look at your sessions.",
  },
};

/** What the owner of an account is told of a sign-in; undefined of what they did themselves. */
export function ofSession({ type, data }: CloudEvent): News | undefined {
  if (type === "users.session.flagged.v1") {
    const { user_id: uid, session_id, flags, device, country } = flagged.parse(data);
    const title = flags.includes("impossible_travel") ? "Sign-in from far away" : "Sign-in from a new device";
    const where = [device?.slice(0, 200), country].filter(Boolean).join(", ") || "A device that names itself nothing";
    const body = `${where}. If it was not you, end that session and change your password.`;
    return { uid, kind: "session_flagged", title, body, data: { session_id, flags } };
  }
  const { user_id: uid, session_id, reason } = ended.parse(data);
  const end = ends[reason];
  return end && { uid, kind: "session_ended", ...end, data: { session_id, reason } };
}
