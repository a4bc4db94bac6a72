import { OpenAPIHono } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { z } from "zod";
import type { Place } from "../identity/places.ts";
import type { Caller } from "../identity/tokens.ts";
import { namesOf, onlyKnownParameters } from "./as-written.ts";
import { invalidRequest, render } from "./problem-answers.ts";

export type AppEnv = {
  Bindings: { address?: string };
  Variables: { requestId: string; traceparent: string; caller: Caller; address: string; place: Place | undefined };
};
export type ServiceApp = OpenAPIHono<AppEnv>;

/**
 * A service without routes yet: add them with `openapi`. A request that fails its schema gets a 422 problem, and so does
 * one with a parameter that the route does not know: no route can forget it.
 */
export function newService(): ServiceApp {
  const app = new OpenAPIHono<AppEnv>({
    defaultHook: (result, c) =>
      result.success ? undefined : render(c, invalidRequest(result.error, dataOf(result), result.target)),
  });
  const plain = app.openapi;
  const strict = (route: Route, ...rest: unknown[]) => {
    const given = route.middleware === undefined ? [] : [route.middleware].flat();
    const middleware = [...given, onlyKnownParameters(namesOf(route.request?.query))];
    return (plain as (...all: unknown[]) => unknown)({ ...route, security: route.security ?? [], middleware }, ...rest);
  };
  app.openapi = strict as unknown as typeof plain;
  return app;
}

type Route = {
  security?: object[];
  middleware?: MiddlewareHandler | MiddlewareHandler[];
  request?: { query?: z.ZodType };
};

/** The validator hands over what it looked at, though its type does not say so. */
const dataOf = (result: object): unknown => ("data" in result ? result.data : undefined);

export function addDocument(app: ServiceApp, path: string, title: string): void {
  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
  });
  const info = { title: `bellwether ${title}`, version: "1.0.0" };
  app.doc31(path, { openapi: "3.1.0", info, servers: [{ url: "/" }] });
}
