import { z } from "zod";
import type { DynamoTable } from "../client.ts";
import { StoreRejected, StoreUnavailable } from "../table.ts";
import { keySchemaOf, type TableShape } from "./shapes.ts";

const described = z.object({
  Table: z.object({
    TableStatus: z.string(),
    StreamSpecification: z.object({ StreamEnabled: z.boolean() }).nullish(),
  }),
});
const ttlState = z.object({ TimeToLiveDescription: z.object({ TimeToLiveStatus: z.string().optional() }).optional() });

/** Waits until the store answers: it may still be starting. */
export async function waitForStore(table: DynamoTable, timeoutMs: number): Promise<void> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    try {
      await table.call("ListTables", {});
      return;
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || Date.now() > until) throw error;
      await Bun.sleep(100);
    }
  }
}

/** Creates the table if it is missing and returns whether it did; a stream that it should not have ends. */
export async function ensureTable(table: DynamoTable, shape: TableShape): Promise<boolean> {
  const made = await create(table, shape);
  await untilActive(table, shape.name);
  if (!shape.stream) await endStream(table, shape.name);
  if (shape.ttl) await ensureTtl(table, shape.name);
  if (shape.recovery) await ensureRecovery(table, shape.name);
  return made;
}

async function create(table: DynamoTable, shape: TableShape): Promise<boolean> {
  const StreamSpecification = { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" };
  try {
    await table.call("CreateTable", {
      TableName: shape.name,
      BillingMode: "PAY_PER_REQUEST",
      ...keySchemaOf(shape),
      ...(shape.stream && { StreamSpecification }),
    });
    return true;
  } catch (error) {
    if (error instanceof StoreRejected && error.code === "ResourceInUseException") return false;
    throw error;
  }
}

async function untilActive(table: DynamoTable, name: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const { Table } = described.parse(await table.call("DescribeTable", { TableName: name }));
    if (Table.TableStatus === "ACTIVE") return;
    await Bun.sleep(200);
  }
  throw new StoreUnavailable(`the table ${name} did not become active`);
}

async function endStream(table: DynamoTable, name: string): Promise<void> {
  const { Table } = described.parse(await table.call("DescribeTable", { TableName: name }));
  if (!Table.StreamSpecification?.StreamEnabled) return;
  await table.call("UpdateTable", { TableName: name, StreamSpecification: { StreamEnabled: false } });
  await untilActive(table, name);
}

async function ensureTtl(table: DynamoTable, name: string): Promise<void> {
  const state = ttlState.parse(await table.call("DescribeTimeToLive", { TableName: name }));
  const status = state.TimeToLiveDescription?.TimeToLiveStatus ?? "DISABLED";
  if (status === "ENABLED" || status === "ENABLING") return;
  const TimeToLiveSpecification = { Enabled: true, AttributeName: "ttl" };
  await table.call("UpdateTimeToLive", { TableName: name, TimeToLiveSpecification });
}

/** dynoxide does not know point-in-time recovery: there its file belongs to the installation's backup. */
async function ensureRecovery(table: DynamoTable, name: string): Promise<void> {
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
  try {
    await table.call("UpdateContinuousBackups", { TableName: name, PointInTimeRecoverySpecification });
  } catch (error) {
    const isUnknown = error instanceof StoreRejected && /UnknownOperation|not support|unknown/i.test(error.message);
    if (!isUnknown) throw error;
  }
}
