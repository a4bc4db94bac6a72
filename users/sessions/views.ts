import { isoTime } from "../platform/clock.ts";
import type { SessionView } from "./schemas.ts";
import type { StoredSession } from "./service.ts";

/** A session as its owner may see it: nothing of it that is secret. */
export function view(session: StoredSession, current: string): SessionView {
  return {
    id: session.sid,
    device: session.device,
    is_current: session.sid === current,
    started_at: isoTime(session.authTime * 1000),
    last_seen_at: isoTime(session.seen * 1000),
    expires_at: isoTime(Math.min(session.idle, session.abs) * 1000),
    refreshes: session.gen,
    methods: session.amr,
    country: session.place?.country ?? null,
    flags: session.flags ?? [],
  };
}
