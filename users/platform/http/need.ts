import type { MiddlewareHandler } from "hono";
import { type Clock, minute, seconds } from "../clock.ts";
import { sameSecret } from "../hashes.ts";
import type { Authenticator } from "../identity/authenticator.ts";
import { enrolling, may, type Permission, programRole } from "../identity/permissions.ts";
import { type Caller, TokenRefused } from "../identity/tokens.ts";
import { Problem, stepUpRequired, unauthenticated } from "../problems.ts";
import type { AppEnv } from "./service-app.ts";

/**
 * What a caller must have shown besides: who they are, within the last minutes (`fresh`), by two factors (`aal2`).
 * `programs`: whether a program that acts for no user may come, with the permission among its scopes.
 */
export type Proof = { fresh?: true; aal2?: true; programs?: true };
export type Need = (permission: Permission, proof?: Proof) => MiddlewareHandler<AppEnv>;

const freshSeconds = 10 * minute;

/** `need(permission)` is the only way into a protected route. */
export function needFrom(authenticator: Authenticator, clock: Clock): Need {
  return (permission, proof = {}) =>
    async (c, next) => {
      const caller = await callerOf(authenticator, c.req.header("authorization"));
      c.set("caller", caller);
      if (caller.actor && !asksOnly(c.req)) throw impersonated();
      if (!may(caller, permission) && !(proof.programs && isGiven(caller, permission)))
        throw notAllowed(caller, permission);
      refuseUnproved(caller, proof, seconds(clock));
      await next();
    };
}

/** What reads: besides GET and HEAD a question whose words are too many for an address. */
const asksOnly = ({ method, path }: { method: string; path: string }) =>
  method === "GET" || method === "HEAD" || (method === "POST" && path.endsWith("/query"));

const impersonated = () =>
  new Problem(403, "impersonated", "Who acts as a user reads only: this is for the user alone to do.");

const isGiven = ({ roles, scopes }: Caller, permission: Permission) =>
  roles.includes(programRole) && (scopes ?? []).includes(permission);

function notAllowed({ roles }: Caller, permission: Permission): Problem {
  if (roles.includes(enrolling))
    return new Problem(403, "second_factor_missing", "Your role needs a second factor: enrol one, then go on.");
  return new Problem(403, "not_allowed", `Your role or your token does not have the permission ${permission}.`);
}

function refuseUnproved({ acr, authTime }: Caller, { fresh, aal2 }: Proof, now: number): void {
  const isOld = fresh && now - authTime > freshSeconds;
  const isWeak = aal2 && acr !== "aal2";
  if (!isOld && !isWeak) return;
  const what = isWeak ? "This needs two factors" : "This needs a sign-in of the last 10 minutes";
  throw stepUpRequired(what, ...(aal2 ? ['acr_values="aal2"'] : []), ...(fresh ? [`max_age="${freshSeconds}"`] : []));
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
