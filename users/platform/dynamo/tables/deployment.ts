import type { DynamoDBClient, TableDescription, UpdateTableCommandInput } from "@aws-sdk/client-dynamodb";
import type { Reach } from "../credentials.ts";
import { StoreUnavailable } from "../table.ts";
import { scale } from "./scaling.ts";
import type { TableShape } from "./shapes.ts";
import { keySchemaOf } from "./shapes.ts";

/** What a platform on Amazon decides about its tables, beside what the tables are. */
export type Deployment = {
  /** undefined: on demand; else provisioned between these units, kept at 70% of them */
  capacity: { least: number; most: number } | undefined;
  /** regions that hold a copy of a table that has a stream */
  replicas: readonly string[];
  /** the customer key that encrypts; undefined: Amazon's own */
  kmsKey: string | undefined;
};

type Given = { USERS_DYNAMODB_CAPACITY?: string; USERS_DYNAMODB_REPLICAS: string; USERS_DYNAMODB_KMS_KEY?: string };

export function deploymentOf(given: Given): Deployment {
  const [least = 0, most = 0] = (given.USERS_DYNAMODB_CAPACITY ?? "").split("-").map(Number);
  const replicas = given.USERS_DYNAMODB_REPLICAS.split(",").flatMap((name) => name.trim() || []);
  return { capacity: most > 0 ? { least, most } : undefined, replicas, kmsKey: given.USERS_DYNAMODB_KMS_KEY };
}

const triesUntilActive = 600;

/** Brings a table of Amazon's to its shape and to the deployment: what is as wanted is left alone, nothing is deleted. */
export async function deployTable(reach: Reach, shape: TableShape, deployment: Deployment): Promise<void> {
  const sdk = await import("@aws-sdk/client-dynamodb");
  const dynamo = new sdk.DynamoDBClient(reach);
  const found = await described(dynamo, shape.name);
  if (!found) await dynamo.send(new sdk.CreateTableCommand(wanted(shape, deployment)));
  let table = await untilActive(dynamo, shape.name);
  for (const change of changes(table, shape, deployment)) {
    await dynamo.send(new sdk.UpdateTableCommand({ TableName: shape.name, ...change }));
    table = await untilActive(dynamo, shape.name);
  }
  if (shape.ttl) await expire(dynamo, shape.name);
  if (shape.recovery) await recover(dynamo, shape.name);
  dynamo.destroy();
  if (deployment.capacity) await scale(reach, shape, deployment.capacity);
}

function wanted(shape: TableShape, { capacity, kmsKey }: Deployment) {
  const units = capacity && { ReadCapacityUnits: capacity.least, WriteCapacityUnits: capacity.least };
  const schema = keySchemaOf(shape);
  return {
    TableName: shape.name,
    ...schema,
    ...(units && {
      ProvisionedThroughput: units,
      GlobalSecondaryIndexes: schema.GlobalSecondaryIndexes?.map((one) => ({ ...one, ProvisionedThroughput: units })),
    }),
    BillingMode: units ? ("PROVISIONED" as const) : ("PAY_PER_REQUEST" as const),
    DeletionProtectionEnabled: true,
    ...(shape.stream && { StreamSpecification: streamed }),
    ...(kmsKey && { SSESpecification: sealedBy(kmsKey) }),
  };
}

const streamed = { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" } as const;
const sealedBy = (kmsKey: string) => ({ Enabled: true, SSEType: "KMS", KMSMasterKeyId: kmsKey }) as const;

/** One change for each call: DynamoDB takes no two of them together. */
function changes(table: TableDescription, shape: TableShape, deployment: Deployment) {
  const { capacity, replicas, kmsKey } = deployment;
  const found: Omit<UpdateTableCommandInput, "TableName">[] = [];
  if (!table.DeletionProtectionEnabled) found.push({ DeletionProtectionEnabled: true });
  if (shape.stream && !table.StreamSpecification?.StreamEnabled) found.push({ StreamSpecification: streamed });
  if (kmsKey && table.SSEDescription?.KMSMasterKeyArn !== kmsKey) found.push({ SSESpecification: sealedBy(kmsKey) });
  const isOnDemand = table.BillingModeSummary?.BillingMode === "PAY_PER_REQUEST";
  if (!capacity && !isOnDemand) found.push({ BillingMode: "PAY_PER_REQUEST" });
  if (capacity && isOnDemand) found.push(provisioned(shape, capacity.least));
  const there = new Set((table.Replicas ?? []).map(({ RegionName }) => RegionName));
  for (const RegionName of shape.stream ? replicas.filter((region) => !there.has(region)) : [])
    found.push({ ReplicaUpdates: [{ Create: { RegionName } }] });
  return found;
}

function provisioned({ index }: TableShape, units: number): Omit<UpdateTableCommandInput, "TableName"> {
  const ProvisionedThroughput = { ReadCapacityUnits: units, WriteCapacityUnits: units };
  const Update = { IndexName: "gsi1", ProvisionedThroughput };
  return {
    BillingMode: "PROVISIONED",
    ProvisionedThroughput,
    ...(index && { GlobalSecondaryIndexUpdates: [{ Update }] }),
  };
}

async function described(dynamo: DynamoDBClient, TableName: string): Promise<TableDescription | undefined> {
  const { DescribeTableCommand, ResourceNotFoundException } = await import("@aws-sdk/client-dynamodb");
  try {
    return (await dynamo.send(new DescribeTableCommand({ TableName }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

async function untilActive(dynamo: DynamoDBClient, name: string): Promise<TableDescription> {
  for (let tries = 0; tries < triesUntilActive; tries++) {
    const table = await described(dynamo, name);
    const isReady = (status: string | undefined) => status === undefined || status === "ACTIVE";
    if (table?.TableStatus === "ACTIVE" && (table.Replicas ?? []).every((one) => isReady(one.ReplicaStatus)))
      return table;
    await Bun.sleep(500);
  }
  throw new StoreUnavailable(`the table ${name} did not become active`);
}

async function expire(dynamo: DynamoDBClient, TableName: string): Promise<void> {
  const { DescribeTimeToLiveCommand, UpdateTimeToLiveCommand } = await import("@aws-sdk/client-dynamodb");
  const { TimeToLiveDescription } = await dynamo.send(new DescribeTimeToLiveCommand({ TableName }));
  if (["ENABLED", "ENABLING"].includes(TimeToLiveDescription?.TimeToLiveStatus ?? "")) return;
  const TimeToLiveSpecification = { Enabled: true, AttributeName: "ttl" };
  await dynamo.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
}

async function recover(dynamo: DynamoDBClient, TableName: string): Promise<void> {
  const { UpdateContinuousBackupsCommand } = await import("@aws-sdk/client-dynamodb");
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
  await dynamo.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
}
