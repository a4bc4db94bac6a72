import type { Context } from "hono";
import type { AppEnv } from "../../platform/http/service-app.ts";
import type { Place } from "../../platform/identity/places.ts";
import { deviceCookie } from "./cookie.ts";
import { deviceLabel } from "./device-label.ts";

/** Where a sign-in comes from: `knownDevice` is what the device was given when it last signed in. */
export type Origin = { device: string; place: Place | undefined; knownDevice: string | undefined };

export const originOf = (c: Context<AppEnv>): Origin => ({
  device: deviceLabel(c.req.header("user-agent")),
  place: c.get("place"),
  knownDevice: deviceCookie(c),
});
