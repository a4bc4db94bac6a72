import { distance, type Place } from "../platform/identity/places.ts";

/** What is unusual about a sign-in, as its owner is told. */
export type Flag = "new_device" | "impossible_travel";
/** The last sign-in of the same user. */
export type LastSignIn = { at: number; place?: Place | undefined };
export type SignIn = LastSignIn & { isKnownDevice?: boolean | undefined };

/** Faster than an airliner. */
const mostKilometresPerHour = 1_000;
/** Places are rounded, and borders are crossed on foot: less than this is no journey. */
const leastKilometres = 500;

/** The first sign-in of all is nothing unusual, and what is not known is never taken for a sign of anything. */
export function flagsOf(now: SignIn, last: LastSignIn | undefined): Flag[] {
  if (!last) return [];
  const flags: Flag[] = now.isKnownDevice === false ? ["new_device"] : [];
  const far = now.place && last.place ? (distance(now.place, last.place) ?? 0) : 0;
  const hours = Math.max(0, now.at - last.at) / 3_600;
  if (far > leastKilometres && far > hours * mostKilometresPerHour) flags.push("impossible_travel");
  return flags;
}
