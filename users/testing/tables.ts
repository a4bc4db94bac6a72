import { DynamoTable } from "../platform/dynamo/client.ts";
import { ensureTable, waitForStore } from "../platform/dynamo/tables/admin.ts";
import { randomText } from "../platform/ids.ts";

/** A new table in a dynoxide that runs on this port. */
export async function tableIn(port: number, name = `test-${randomText(9)}`): Promise<DynamoTable> {
  const credentials = async () => ({ accessKeyId: "test", secretAccessKey: "test" });
  const shape = { name, index: true, ttl: true, stream: false, recovery: false };
  const url = `http://127.0.0.1:${port}`;
  const table = new DynamoTable({ url, region: "eu-west-1", table: shape.name, credentials });
  await waitForStore(table, 5_000);
  await ensureTable(table, shape);
  return table;
}
