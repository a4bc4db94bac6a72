import type { Hono } from "hono";
import { reason } from "../telemetry/logging.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { needSecret } from "./need.ts";
import type { AppEnv } from "./service-app.ts";

/** Something the process needs: `check` throws while it is missing. Only a vital one makes readiness fail. */
export type NeedCheck = { name: string; isVital: boolean; check: () => Promise<void> };

/** What everybody may hear of this process, and what it counts, for whoever shows the secret of metrics. */
export function healthRoutes(
  app: Hono<AppEnv>,
  metrics: Metrics,
  needs: readonly NeedCheck[],
  metricsSecret: string | undefined,
): void {
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.get("/readyz", async (c) => {
    const found = await Promise.all(needs.map(look));
    const isReady = found.every(({ isVital, state }) => !isVital || state === "ok");
    const isWhole = found.every(({ state }) => state === "ok");
    const checks = Object.fromEntries(found.map(({ name, state }) => [name, state]));
    const status = isReady ? (isWhole ? "ready" : "degraded") : "not_ready";
    return c.json({ status, checks }, isReady ? 200 : 503);
  });
  app.get("/metrics", needSecret("Bearer", metricsSecret), async (c) =>
    c.body(await metrics.text(), 200, { "content-type": metrics.contentType }),
  );
}

const lookMs = 2_000;

/** Whoever asks waits no longer for what hangs than for what is away. */
async function look({ name, isVital, check }: NeedCheck) {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${lookMs / 1_000} s`)), lookMs);
  try {
    await Promise.race([check(), late.promise]);
    return { name, isVital, state: "ok" };
  } catch (error) {
    return { name, isVital, state: reason(error) };
  } finally {
    clearTimeout(timer);
  }
}
