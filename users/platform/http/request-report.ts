import type { Context } from "hono";
import { routePath } from "hono/route";
import { serviceNames } from "../settings.ts";
import type { Log } from "../telemetry/logging.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { AppEnv } from "./service-app.ts";

type ReportParts = { log: Log; metrics: Metrics };

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/**
 * The metrics and the log line of an answered request. Labels come from a known set, never from the caller: a stranger
 * must not be able to add time series.
 */
export function report({ metrics, log }: ReportParts, c: Context<AppEnv>, took: number): void {
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
