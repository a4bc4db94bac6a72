import { afterAll, beforeAll, expect, test } from "bun:test";
import { z } from "zod";
import { ensureStores, openStores } from "../../composition/stores.ts";
import { cookieOf, Harness } from "../../testing/harness.ts";
import { type Running, startDynoxide } from "../../testing/servers.ts";
import { testSettings } from "../../testing/settings.ts";
import { DynamoTable } from "./client.ts";
import * as keys from "./keys.ts";
import { ensureTable, waitForStore } from "./tables/admin.ts";
import { keysTable, usersTable } from "./tables/shapes.ts";
import { fromWireMap, type Wire } from "./values.ts";

// What a reader of the stream gets of a change: the row before and the row after, and nothing that is secret.
const image = z.record(z.string(), z.custom<Wire>()).transform(fromWireMap);
const record = z.object({
  eventName: z.string(),
  dynamodb: z.object({ NewImage: image.optional(), OldImage: image.optional(), SequenceNumber: z.string() }),
});
const shards = z.object({ StreamDescription: z.object({ Shards: z.array(z.object({ ShardId: z.string() })) }) });

let dynoxide: Running;
let house: Harness;
let users: DynamoTable;
beforeAll(async () => {
  dynoxide = await startDynoxide();
  const credentials = async () => ({ accessKeyId: "test", secretAccessKey: "test" });
  const open = async (shape: typeof usersTable) => {
    const url = `http://127.0.0.1:${dynoxide.port}`;
    const table = new DynamoTable({ url, region: "eu-west-1", table: shape.name, credentials });
    await waitForStore(table, 5_000);
    await ensureTable(table, shape);
    return table;
  };
  users = await open(usersTable);
  house = await Harness.ready({}, { table: users, keysTable: await open(keysTable) });
});
afterAll(() => dynoxide.stop());

async function ask(operation: string, body: object): Promise<unknown> {
  const headers = {
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": `DynamoDBStreams_20120810.${operation}`,
    authorization:
      "AWS4-HMAC-SHA256 Credential=test/20270301/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
    "x-amz-date": "20270301T060000Z",
  };
  const answer = await fetch(`http://127.0.0.1:${dynoxide.port}`, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${operation}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

async function streamOf(table: string): Promise<string | undefined> {
  const list = z.object({ Streams: z.array(z.object({ StreamArn: z.string(), TableName: z.string() })) });
  const { Streams } = list.parse(await ask("ListStreams", {}));
  return Streams.find(({ TableName }) => TableName === table)?.StreamArn;
}

async function records(StreamArn: string): Promise<z.infer<typeof record>[]> {
  const { StreamDescription } = shards.parse(await ask("DescribeStream", { StreamArn }));
  const found: z.infer<typeof record>[] = [];
  for (const { ShardId } of StreamDescription.Shards) {
    const start = await ask("GetShardIterator", { StreamArn, ShardId, ShardIteratorType: "TRIM_HORIZON" });
    const { ShardIterator } = z.object({ ShardIterator: z.string() }).parse(start);
    found.push(...z.object({ Records: z.array(record) }).parse(await ask("GetRecords", { ShardIterator })).Records);
  }
  return found;
}

test("a session's life is in the stream of the users' table, each change with both images", async () => {
  const mary = await house.person();
  const next = await house.refresh(mary.cookie);
  expect(next.status).toBe(200);
  await house.composed.sessions.endAll(mary.uid, "revoked");
  const sid = mary.cookie.split("=")[1]?.split(".")[0] ?? "";
  const all = await records((await streamOf(usersTable.name)) ?? "");
  const { pk, sk } = keys.session(sid);
  const own = all.flatMap(({ eventName, dynamodb: { OldImage, NewImage } }) => {
    const row = NewImage ?? OldImage;
    return row?.pk === pk && row.sk === sk ? [{ eventName, OldImage, NewImage }] : [];
  });
  expect(own.map(({ eventName }) => eventName)).toEqual(["INSERT", "MODIFY", "MODIFY"]);
  const [started, refreshed, ended] = own;
  expect(started?.OldImage).toBeUndefined();
  expect(started?.NewImage).toMatchObject({ uid: mary.uid, gen: 0 });
  expect(refreshed?.OldImage).toEqual(started?.NewImage);
  expect(refreshed?.NewImage).toMatchObject({ gen: 1, prev: String(started?.NewImage?.cur) });
  expect(ended?.OldImage).toEqual(refreshed?.NewImage);
  expect(ended?.NewImage).toMatchObject({ why: "revoked" });
  const said = JSON.stringify(all.map(({ dynamodb }) => dynamodb));
  for (const cookie of [mary.cookie, cookieOf(next)]) expect(said).not.toContain(cookie.split(".")[1] ?? "-");
});

test("an event of the outbox leaves two records, its coming and its going", async () => {
  const { uid } = await house.person();
  await house.composed.sessions.endAll(uid, "revoked");
  const { items } = await users.query({ pk: keys.outboxPartition("sessions"), limit: 100, consistent: true });
  const event = items.find(({ body }) => String(body).includes(uid));
  await users.delete({ pk: event?.pk ?? "", sk: event?.sk ?? "" });
  const all = await records((await streamOf(usersTable.name)) ?? "");
  const own = all.filter(({ dynamodb }) => (dynamodb.NewImage ?? dynamodb.OldImage)?.sk === event?.sk);
  expect(own.map(({ eventName }) => eventName)).toEqual(["INSERT", "REMOVE"]);
  expect(own[1]?.dynamodb.OldImage).toEqual(own[0]?.dynamodb.NewImage);
});

test("the table of keys has no stream: what was deleted of it is nowhere", async () => {
  expect(await streamOf(keysTable.name)).toBeUndefined();
});

test("on a machine of one's own no table has a stream, and one that was made with it loses it", async () => {
  const url = `http://127.0.0.1:${dynoxide.port}`;
  const settings = testSettings({ USERS_DYNAMODB_URL: url, USERS_KEYS_DYNAMODB_URL: url });
  expect(await streamOf(usersTable.name)).toBeDefined();
  for (let n = 0; n < 2; n++) await ensureStores(openStores(settings), settings, 5_000);
  expect(await streamOf(usersTable.name)).toBeUndefined();
});
