import { type Context, Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { routePath } from "hono/route";
import type { Places } from "../identity/places.ts";
import { randomText } from "../ids.ts";
import { notFound, Problem } from "../problems.ts";
import { type Log, reason } from "../telemetry/logging.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Traces } from "../telemetry/traces.ts";
import { refuseDoubtfulJson } from "./as-written.ts";
import { clientAddress, isGateway } from "./client-address.ts";
import { isKnown, isMatched, stale } from "./preconditions.ts";
import { render, toProblem } from "./problem-answers.ts";
import { report } from "./request-report.ts";
import type { AppEnv } from "./service-app.ts";

export type HttpParts = {
  log: Log;
  metrics: Metrics;
  traces: Traces;
  gatewaySecret: string | undefined;
  trustedProxies: number;
  /** whose pages may read the answers; without a header of theirs a browser shows them to nobody else */
  allowedOrigins: readonly string[];
  places: Places;
};

const refusedAfterMs = 500;
/** The first that fits holds; the gateway takes no more than a megabyte, but of a chat that comes back. */
const limits = [
  { path: /^\/api\/v1\/auth\//, bytes: 16 * 1024 },
  { path: /^\/api\/v1\/chats\/import$/, bytes: 4_000_000 },
  { path: /^/, bytes: 256 * 1024 },
];

const sized = limits.map(({ path, bytes }) => {
  const onError = (c: Context) =>
    render(c, new Problem(413, "body_too_large", `The body may hold at most ${bytes} bytes.`));
  return { path, check: bodyLimit({ maxSize: bytes, onError }) };
});
const withinLimits: MiddlewareHandler = (c, next) => {
  const found = sized.find(({ path }) => path.test(c.req.path));
  return found ? found.check(c, next) : next();
};

/** The app of the process: request id, log line, metrics, headers and limits around the services that it hosts. */
export function newRoot(parts: HttpParts): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.use("*", async (c, next) => {
    const started = performance.now();
    c.set("requestId", requestId(c.req.header("x-request-id")));
    const span = parts.traces.start("server", c.req.header("traceparent"));
    c.set("traceparent", span.traceparent);
    const isThroughGateway = isGateway(c.req.header("x-bellwether-gateway"), parts.gatewaySecret);
    const proxies = isThroughGateway ? parts.trustedProxies : 0;
    const address = clientAddress(c.env?.address, c.req.header("x-forwarded-for"), proxies);
    c.set("address", address);
    c.set(
      "place",
      parts.places.of((name) => c.req.header(name), address, isThroughGateway),
    );
    await next();
    secure(c.res.headers);
    c.res.headers.set("x-request-id", c.get("requestId"));
    const { status } = c.res;
    span.end(`${c.req.method} ${routePath(c, -1)}`, { status, hasFailed: status >= 500 });
    report(parts, c, (performance.now() - started) / 1000);
  });
  app.use("*", sharedWith(parts.allowedOrigins));
  app.use("*", withinLimits);
  app.use("*", leaveOutWhatIsKnown);
  app.use("*", refuseDoubtfulJson);
  app.notFound((c) => render(c, notFound("address")));
  app.onError(async (error, c) => {
    const problem = toProblem(error);
    // refusing as fast as somebody can ask is work as well
    if (problem.status === 429) await Bun.sleep(refusedAfterMs);
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

/** A read answers 304 without its body when If-None-Match names what the caller has, 412 when If-Match does not. */
export const leaveOutWhatIsKnown: MiddlewareHandler = async (c, next) => {
  await next();
  const current = c.res.headers.get("etag");
  if (!["GET", "HEAD"].includes(c.req.method) || c.res.status !== 200 || !current) return;
  const match = c.req.header("if-match");
  const noneMatch = c.req.header("if-none-match");
  if (match !== undefined && !isMatched(match, current)) c.res = render(c, stale());
  else if (noneMatch !== undefined && isKnown(noneMatch, current)) {
    const headers = new Headers(c.res.headers);
    headers.delete("content-type");
    headers.delete("content-length");
    c.res = undefined;
    c.res = new Response(null, { status: 304, headers });
  }
};

const sharedWith = (allowed: readonly string[]): MiddlewareHandler =>
  cors({
    origin: (origin) => (allowed.includes(origin) ? origin : null),
    credentials: true,
    allowHeaders: ["authorization", "content-type", "if-match", "if-none-match", "idempotency-key", "x-bw-csrf"],
    exposeHeaders: ["etag", "location", "ratelimit", "ratelimit-policy", "retry-after", "x-request-id"],
    maxAge: 600,
  });

const securityHeaders = {
  "strict-transport-security": "max-age=31536000; includeSubDomains",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};
/** A page says its own: what stands in it, and that its forms may say where they come from. */
const unlessSaid = {
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

function secure(headers: Headers): void {
  for (const [name, value] of Object.entries(securityHeaders)) headers.set(name, value);
  for (const [name, value] of Object.entries(unlessSaid)) if (!headers.has(name)) headers.set(name, value);
}

const requestId = (given: string | undefined) => (given && /^[\w.:-]{1,64}$/.test(given) ? given : randomText(12));
