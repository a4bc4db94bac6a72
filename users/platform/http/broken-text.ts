import type { MiddlewareHandler } from "hono";
import { Problem } from "../problems.ts";
import type { AppEnv } from "./service-app.ts";

/** Half of a surrogate pair is valid JSON but no character: the store refuses it, and readers disagree about it. */
export const refuseBrokenText: MiddlewareHandler<AppEnv> = async (c, next) => {
  const isJson = (c.req.header("content-type") ?? "").includes("json");
  if (isJson && hasBrokenText(await c.req.text()))
    throw new Problem(422, "invalid", "The body contains half of a surrogate pair, which is no character.");
  await next();
};

function hasBrokenText(json: string): boolean {
  if (!/\\u[dD][89a-fA-F]/.test(json)) return false;
  let isBroken = false;
  try {
    JSON.parse(json, (key, value: unknown) => {
      isBroken ||= !key.isWellFormed() || (typeof value === "string" && !value.isWellFormed());
      return value;
    });
  } catch {
    // the route reports a body that is not JSON at all
  }
  return isBroken;
}
