import { OpenAPIHono } from "@hono/zod-openapi";
import type { Caller } from "../identity/tokens.ts";
import { invalidRequest, render } from "./problem-answers.ts";

export type AppEnv = {
  Bindings: { address?: string };
  Variables: { requestId: string; traceparent: string; caller: Caller; address: string };
};
export type ServiceApp = OpenAPIHono<AppEnv>;

/** A service without routes yet: add them with `openapi`. A request that fails its schema gets a 422 problem. */
export function newService(): ServiceApp {
  return new OpenAPIHono<AppEnv>({
    defaultHook: (result, c) => (result.success ? undefined : render(c, invalidRequest(result.error))),
  });
}

export function addDocument(app: ServiceApp, path: string, title: string): void {
  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
  });
  const info = { title: `bellwether ${title}`, version: "1.0.0" };
  app.doc31(path, { openapi: "3.1.0", info, servers: [{ url: "/" }] });
}
