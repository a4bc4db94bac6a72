import { OpenAPIHono } from "@hono/zod-openapi";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { routePath } from "hono/route";
import type { Caller } from "../identity/tokens.ts";
import { randomText } from "../ids.ts";
import { invalidRequest, notFound, Problem, render, toProblem } from "../problems.ts";
import { serviceNames } from "../settings.ts";
import { type Log, reason } from "../telemetry/logging.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Traces } from "../telemetry/traces.ts";

export type AppEnv = {
  Bindings: { address?: string };
  Variables: { requestId: string; traceparent: string; caller: Caller; address: string };
};
export type ServiceApp = OpenAPIHono<AppEnv>;

export type HttpParts = { log: Log; metrics: Metrics; traces: Traces; trustedProxies: number };

/** An empty service: routes are added with `openapi`, failed checks become 422 problems. */
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

const limits = [
  { path: "/api/v1/auth/*", bytes: 16 * 1024 },
  { path: "/api/v1/chats/*", bytes: 256 * 1024 },
  { path: "*", bytes: 256 * 1024 },
];

/** The process's app: request id, log line, metrics, headers and limits around whatever services are mounted. */
export function newRoot(parts: HttpParts): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.use("*", async (c, next) => {
    const started = performance.now();
    c.set("requestId", requestId(c.req.header("x-request-id")));
    const span = parts.traces.start("server", c.req.header("traceparent"));
    c.set("traceparent", span.traceparent);
    c.set("address", clientAddress(c.env?.address, c.req.header("x-forwarded-for"), parts.trustedProxies));
    await next();
    for (const [name, value] of Object.entries(securityHeaders)) c.res.headers.set(name, value);
    if (!c.res.headers.has("cache-control")) c.res.headers.set("cache-control", "no-store");
    c.res.headers.set("x-request-id", c.get("requestId"));
    const { status } = c.res;
    span.end(`${c.req.method} ${routePath(c, -1)}`, { status, hasFailed: status >= 500 });
    report(parts, c, (performance.now() - started) / 1000);
  });
  for (const { path, bytes } of limits)
    app.use(
      path,
      bodyLimit({
        maxSize: bytes,
        onError: (c) => render(c, new Problem(413, "body_too_large", `The body may hold at most ${bytes} bytes.`)),
      }),
    );
  app.use("*", refuseBrokenText);
  app.notFound((c) => render(c, notFound("address")));
  app.onError((error, c) => {
    const problem = toProblem(error);
    if (problem.status >= 500)
      parts.log("error", "request_failed", {
        request_id: c.get("requestId"),
        reason: reason(error),
        stack: error.stack,
      });
    return render(c, problem);
  });
  return app;
}

/** Half of a surrogate pair is a character to JSON and to nobody else: no store takes it, and each reads it otherwise. */
const refuseBrokenText: MiddlewareHandler<AppEnv> = async (c, next) => {
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
    // that it is no JSON at all, the route says
  }
  return isBroken;
}

const securityHeaders = {
  "strict-transport-security": "max-age=31536000; includeSubDomains",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
};

const requestId = (given: string | undefined) => (given && /^[\w.:-]{1,64}$/.test(given) ? given : randomText(12));

/** The socket's address, or what exactly `proxies` trusted proxies on this machine added to X-Forwarded-For. */
export function clientAddress(socket: string | undefined, forwarded: string | undefined, proxies: number): string {
  const own = socket ?? "unknown";
  const isLocal = /^(::ffff:)?127\.|^::1$/.test(own);
  if (!forwarded || proxies === 0 || !isLocal) return own;
  const hops = forwarded.split(",").map((hop) => hop.trim());
  return hops.at(-proxies) || own;
}

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** Labels come from what is known here, never from the caller: a stranger must not be able to grow the metrics. */
function report({ metrics, log }: HttpParts, c: Context<AppEnv>, took: number): void {
  const { path, method: given } = c.req;
  const { status } = c.res;
  const service = serviceNames.find((name) => path.startsWith(`/api/v1/${name}`)) ?? "platform";
  const method = methods.includes(given) ? given : "OTHER";
  const matched = routePath(c, -1);
  const route = matched.endsWith("*") ? "unmatched" : matched;
  metrics.requests.inc({ service, method, route, status: String(status) });
  metrics.requestSeconds.observe({ service, method, route }, took);
  if (quietPaths.has(path) && status < 500) return;
  const trace_id = c.get("traceparent").split("-")[1];
  const fields = { request_id: c.get("requestId"), trace_id, method, path, status, seconds: Number(took.toFixed(4)) };
  log(status >= 500 ? "error" : "info", "request", fields);
}

/** Probes come every few seconds; their lines would bury the others. */
const quietPaths = new Set(["/healthz", "/readyz", "/metrics"]);
