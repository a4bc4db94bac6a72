import { DynamoTable } from "../platform/dynamo/client.ts";
import { credentialsFor, isOnThisMachine } from "../platform/dynamo/credentials.ts";
import { ensureTable, waitForStore } from "../platform/dynamo/tables/admin.ts";
import { deploymentOf, deployTable } from "../platform/dynamo/tables/deployment.ts";
import { keysTable as keysTableShape, type TableShape, usersTable } from "../platform/dynamo/tables/shapes.ts";
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

/**
 * Both tables as `platform/dynamo/tables/shapes.ts` has them; on Amazon with what the settings say of capacity, copies,
 * key. On this machine there is no stream: nobody reads it, dynoxide keeps it for good, with what was erased, and each
 * write of it costs more the longer it is.
 */
export async function ensureStores({ table, keysTable }: Stores, settings: Settings, timeoutMs: number): Promise<void> {
  await Promise.all([waitForStore(table, timeoutMs), waitForStore(keysTable, timeoutMs)]);
  const ensure = (url: string, store: DynamoTable, shape: TableShape) => {
    if (isOnThisMachine(url)) return ensureTable(store, { ...shape, stream: false });
    const reach = { endpoint: url, region: settings.USERS_DYNAMODB_REGION, credentials: credentialsFor(url, settings) };
    return deployTable(reach, shape, deploymentOf(settings));
  };
  await ensure(settings.USERS_DYNAMODB_URL, table, usersTable);
  await ensure(settings.USERS_KEYS_DYNAMODB_URL, keysTable, keysTableShape);
}
