import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { parse } from "hono/utils/cookie";
import { Problem } from "../../platform/problems.ts";

const name = "bw_rt";
/** As a client sends it. */
export const refreshCookieName = `__Host-${name}`;
/** `__Host-` needs Secure, which browsers also honour on http://localhost. */
const attributes = { httpOnly: true, secure: true, sameSite: "Strict", path: "/", prefix: "host" } as const;

/** The refresh token in a header of cookies. */
export const refreshTokenIn = (cookies: string): string => parse(cookies, refreshCookieName)[refreshCookieName] ?? "";
export const refreshCookie = (c: Context): string | undefined => getCookie(c, name, "host");
export const clearRefreshCookie = (c: Context): void => void deleteCookie(c, name, attributes);
/** What takes the cookie away, where there is no context to set it by. */
export const clearedRefreshCookie = `${refreshCookieName}=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Strict`;
export function setRefreshCookie(c: Context, token: string, maxAge: number): void {
  setCookie(c, name, token, { ...attributes, maxAge });
}

const deviceName = "bw_dev";
const yearSeconds = 365 * 86_400;

/** Names a device that has logged in before. It carries no authority: it only chooses the counter of tries. */
export const deviceCookie = (c: Context): string | undefined => getCookie(c, deviceName, "host");
export function setDeviceCookie(c: Context, token: string): void {
  setCookie(c, deviceName, token, { ...attributes, maxAge: yearSeconds });
}

/** What a caller sends beside the refresh cookie. */
export const cookieHeaders = z.object({
  origin: z.string().optional().openapi({ example: "https://sheep.example" }),
  "x-bw-csrf": z.string().optional().openapi({ example: "1" }),
});

/**
 * The refresh cookie. The routes that read it ask for an allowed Origin and a header that no foreign page can send;
 * where there is no cookie there is nothing that a foreign page could use.
 */
export function ownRefreshCookie(c: Context, allowedOrigins: readonly string[]): string {
  const given = refreshCookie(c);
  if (!given) throw new Problem(401, "refresh_refused", "There is no refresh cookie: log in.");
  refuseForeign(c, allowedOrigins);
  return given;
}

function refuseForeign(c: Context, allowedOrigins: readonly string[]): void {
  const origin = c.req.header("origin");
  if (!origin || !allowedOrigins.includes(origin))
    throw new Problem(403, "foreign_origin", "Send an Origin header that this platform allows.");
  if (c.req.header("x-bw-csrf") !== "1") throw new Problem(403, "csrf_header_missing", "Send the header x-bw-csrf: 1.");
}
