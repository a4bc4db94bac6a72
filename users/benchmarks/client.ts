import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { DynamoTable } from "../platform/dynamo/client.ts";
import type { Ground } from "./ground.ts";
import { beside, type Row } from "./rows.ts";

const callers = 16;
const credentials = { accessKeyId: "embedded", secretAccessKey: "embedded" };

/** Processor time of one GetItem in this process, ours beside Amazon's SDK, on a store that answers at once. */
export async function client(ground: Ground): Promise<Row[]> {
  const url = `http://127.0.0.1:${ground.bare.port}`;
  const region = "eu-west-1";
  const own = new DynamoTable({ url, region, table: "t", credentials: async () => credentials });
  const sdk = new DynamoDBClient({ endpoint: url, region, credentials });
  const Key = { pk: { S: "SESS#1" }, sk: { S: "S" } };
  const ask = () => sdk.send(new GetItemCommand({ TableName: "t", Key, ConsistentRead: true }));
  const value = await cost(() => own.get({ pk: "SESS#1", sk: "S" }), ground.size(60_000));
  const other = await cost(ask, ground.size(30_000));
  sdk.destroy();
  const peer = { name: "@aws-sdk/client-dynamodb", value: other };
  return [beside("GetItem of the data client", `${callers} callers`, value, "us of CPU", peer, { most: 0.2 })];
}

/** Microseconds of processor time of a call. */
async function cost(call: () => Promise<unknown>, times: number): Promise<number> {
  const round = (n: number) =>
    Promise.all(
      Array.from({ length: callers }, async () => {
        for (let i = 0; i < n / callers; i++) await call();
      }),
    );
  await round(times / 5);
  const before = process.cpuUsage();
  await round(times);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times;
}
