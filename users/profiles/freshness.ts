import { type Clock, minute, seconds } from "../platform/clock.ts";
import type { Caller } from "../platform/identity/tokens.ts";
import { Problem } from "../platform/problems.ts";

const freshSeconds = 10 * minute;

/** For work that a stolen token must not do: the caller has proved who they are a moment ago. */
export function mustBeFresh({ authTime }: Caller, clock: Clock): void {
  if (seconds(clock) - authTime <= freshSeconds) return;
  const detail = "Sign in again, then send this within ten minutes: it asks for a proof of who you are.";
  throw new Problem(403, "reauthentication_required", detail);
}
