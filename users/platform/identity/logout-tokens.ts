import { SignJWT } from "jose";
import { type Clock, minute, seconds } from "../clock.ts";
import { randomText } from "../ids.ts";
import type { SigningKey } from "./tokens.ts";

export type Ended = { issuer: string; audience: string; uid: string; sid: string };
const event = "http://schemas.openid.net/event/backchannel-logout";
const lifeSeconds = 2 * minute;

/** Tells a program that a session is over (OpenID Connect Back-Channel Logout 1.0); made anew for each try. */
export function signLogoutToken(signing: SigningKey, { issuer, audience, uid, sid }: Ended, clock: Clock) {
  const now = seconds(clock);
  return new SignJWT({ sid, events: { [event]: {} } })
    .setProtectedHeader({ alg: "ES256", typ: "logout+jwt", kid: signing.kid })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(uid)
    .setJti(randomText(16))
    .setIssuedAt(now)
    .setExpirationTime(now + lifeSeconds)
    .sign(signing.key);
}
