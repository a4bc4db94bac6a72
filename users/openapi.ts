import { fileURLToPath } from "node:url";
import { compose } from "./composition/compose.ts";
import { MemoryTable } from "./platform/dynamo/memory.ts";
import { type ServiceName, serviceNames } from "./platform/settings.ts";
import { quiet } from "./platform/telemetry/logging.ts";
import { testSettings } from "./testing/settings.ts";

/** Writes contracts/<service>.openapi.json; the test of the contracts compares them with the code. */

export async function documents(): Promise<Map<ServiceName, string>> {
  const tables = { table: new MemoryTable(), keysTable: new MemoryTable() };
  const { app, sockets } = compose(serviceNames, { settings: testSettings(), clock: Date.now, log: quiet, ...tables });
  const found = new Map<ServiceName, string>();
  for (const name of serviceNames) {
    const answer = await app.request(`/api/v1/${name}/openapi.json`);
    found.set(name, `${JSON.stringify(await answer.json(), null, 2)}\n`);
  }
  sockets?.close();
  return found;
}

export const contractPath = (name: ServiceName) =>
  fileURLToPath(new URL(`../contracts/${name}.openapi.json`, import.meta.url));

if (import.meta.main) for (const [name, text] of await documents()) await Bun.write(contractPath(name), text);
