import type { MiddlewareHandler } from "hono";
import { sameSecret } from "../hashes.ts";
import type { Authenticator } from "../identity/authenticator.ts";
import { may, type Permission } from "../identity/permissions.ts";
import { type Caller, TokenRefused } from "../identity/tokens.ts";
import { Problem, unauthenticated } from "../problems.ts";
import type { AppEnv } from "./service-app.ts";

export type Need = (permission: Permission) => MiddlewareHandler<AppEnv>;

/** `need(permission)` is the only way into a protected route. */
export function needFrom(authenticator: Authenticator): Need {
  return (permission) => async (c, next) => {
    const caller = await callerOf(authenticator, c.req.header("authorization"));
    c.set("caller", caller);
    if (!may(caller, permission))
      throw new Problem(403, "not_allowed", `Your role or your token does not have the permission ${permission}.`);
    await next();
  };
}

async function callerOf(authenticator: Authenticator, header: string | undefined): Promise<Caller> {
  const [scheme, token, ...rest] = (header ?? "").split(" ");
  if (scheme?.toLowerCase() !== "bearer" || !token || rest.length > 0) throw unauthenticated();
  try {
    return await authenticator.caller(token);
  } catch (error) {
    throw error instanceof TokenRefused ? unauthenticated() : error;
  }
}

/** For routes that take a shared secret: `Authorization: Service <secret>`, `Operator <secret>`, and for metrics `Bearer`. */
export function needSecret(
  scheme: "Service" | "Operator" | "Bearer",
  secret: string | undefined,
): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const header = c.req.header("authorization") ?? "";
    const given = header.startsWith(`${scheme} `) ? header.slice(scheme.length + 1) : "";
    if (!secret || !sameSecret(given, secret)) throw unauthenticated();
    await next();
  };
}
