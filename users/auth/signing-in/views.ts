import type { Context } from "hono";
import { view } from "../accounts/views.ts";
import { setDeviceCookie, setRefreshCookie } from "./cookie.ts";
import type { SignedIn } from "./service.ts";

export function tokens(done: SignedIn, life: number) {
  const token_type = "Bearer" as const;
  const must = done.mustEnrol ? { must_enrol: true } : {};
  return { access_token: done.accessToken, token_type, expires_in: life, user: view(done.user), ...must };
}

export function setCookies(c: Context, { refreshToken, maxAgeSeconds, newDevice }: SignedIn): void {
  setRefreshCookie(c, refreshToken, maxAgeSeconds);
  if (newDevice !== undefined) setDeviceCookie(c, newDevice);
}

/** The body of a new session, whose refresh token goes into its cookie. */
export function sessionIn(c: Context, done: SignedIn, settings: { AUTH_ACCESS_TOKEN_SECONDS: number }) {
  setCookies(c, done);
  return tokens(done, settings.AUTH_ACCESS_TOKEN_SECONDS);
}
