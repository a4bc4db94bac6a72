import { ensureTable, waitForStore } from "../platform/dynamo/admin.ts";
import { DynamoTable } from "../platform/dynamo/client.ts";
import { credentialsFor } from "../platform/dynamo/credentials.ts";
import type { Settings } from "../platform/settings.ts";
import type { Metrics } from "../platform/telemetry/metrics.ts";

export type Stores = { table: DynamoTable; keysTable: DynamoTable };

export function openStores(settings: Settings, metrics?: Metrics): Stores {
  const open = (url: string, socket: string | undefined, table: string) => {
    const credentials = credentialsFor(url, settings);
    const onCall = (operation: string, outcome: string) => metrics?.storeCalls.inc({ table, operation, outcome });
    return new DynamoTable({ url, socket, table, credentials, region: settings.USERS_DYNAMODB_REGION, onCall });
  };
  return {
    table: open(settings.USERS_DYNAMODB_URL, settings.USERS_DYNAMODB_SOCKET, "bellwether-user"),
    keysTable: open(settings.USERS_KEYS_DYNAMODB_URL, settings.USERS_KEYS_DYNAMODB_SOCKET, "bellwether-keys"),
  };
}

/** The keys table has no stream and no point-in-time recovery: a deleted data key must not come back. */
export async function ensureStores({ table, keysTable }: Stores, timeoutMs: number): Promise<void> {
  await Promise.all([waitForStore(table, timeoutMs), waitForStore(keysTable, timeoutMs)]);
  await ensureTable(table, { name: "bellwether-user", index: true, ttl: true, stream: true, recovery: true });
  await ensureTable(keysTable, { name: "bellwether-keys", index: false, ttl: false, stream: false, recovery: false });
}
