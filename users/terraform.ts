import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { dimensionsOf, targetPercent } from "./platform/dynamo/tables/scaling.ts";
import type { TableShape } from "./platform/dynamo/tables/shapes.ts";
import { keySchemaOf, tables } from "./platform/dynamo/tables/shapes.ts";

/** Writes `deploy/terraform/users/tables.tf.json` from the one definition of the tables. */
export const terraformFile = fileURLToPath(new URL("../deploy/terraform/users/tables.tf.json", import.meta.url));

/** An expression as JSON writes it for Terraform. */
const hcl = (expression: string) => `\${${expression}}`;
const isProvisioned = "var.capacity != null";
const variables = {
  capacity: {
    description: "Units between which tables scale, kept at 70% of them; null: on demand",
    type: "object({ least = number, most = number })",
    default: null,
  },
  replicas: { description: "Regions that hold a copy of the users' table", type: "set(string)", default: [] },
  kms_key_arn: { description: "The customer key that encrypts; null: Amazon's own", type: "string", default: null },
};

export const terraform = (): string =>
  `${JSON.stringify(
    {
      terraform: {
        required_version: ">= 1.5",
        required_providers: { aws: { source: "hashicorp/aws", version: ">= 5.40" } },
      },
      variable: variables,
      resource: {
        aws_dynamodb_table: Object.fromEntries(tables.map((shape) => [labelOf(shape), tableOf(shape)])),
        aws_appautoscaling_target: Object.fromEntries(tables.flatMap(targetsOf)),
        aws_appautoscaling_policy: Object.fromEntries(tables.flatMap(policiesOf)),
      },
    },
    null,
    2,
  )}\n`;

const labelOf = ({ name }: TableShape) => name.replace("bellwether-", "");
const least = hcl(`${isProvisioned} ? var.capacity.least : null`);

function tableOf(shape: TableShape) {
  const { AttributeDefinitions, GlobalSecondaryIndexes = [] } = keySchemaOf(shape);
  const units = { read_capacity: least, write_capacity: least };
  return {
    name: shape.name,
    billing_mode: hcl(`${isProvisioned} ? "PROVISIONED" : "PAY_PER_REQUEST"`),
    ...units,
    hash_key: "pk",
    range_key: "sk",
    attribute: AttributeDefinitions.map(({ AttributeName: name, AttributeType: type }) => ({ name, type })),
    global_secondary_index: GlobalSecondaryIndexes.map(({ IndexName, KeySchema: [hash, range], Projection }) => ({
      name: IndexName,
      hash_key: hash?.AttributeName,
      range_key: range?.AttributeName,
      projection_type: Projection.ProjectionType,
      ...units,
    })),
    ...(shape.ttl && { ttl: { attribute_name: "ttl", enabled: true } }),
    ...(shape.stream && { stream_enabled: true, stream_view_type: "NEW_AND_OLD_IMAGES" }),
    point_in_time_recovery: { enabled: shape.recovery },
    server_side_encryption: { enabled: hcl("var.kms_key_arn != null"), kms_key_arn: hcl("var.kms_key_arn") },
    deletion_protection_enabled: true,
    ...(shape.stream && {
      dynamic: { replica: { for_each: hcl("var.replicas"), content: { region_name: hcl("replica.value") } } },
    }),
    lifecycle: { prevent_destroy: true, ignore_changes: ["read_capacity", "write_capacity"] },
  };
}

const scaled = (shape: TableShape) =>
  dimensionsOf(shape).map((one) => {
    const [, of, kind = ""] = one.ScalableDimension.split(":");
    const label = `${labelOf(shape)}_${of}_${kind.startsWith("Read") ? "reads" : "writes"}`;
    return { ...one, label };
  });

const targetsOf = (shape: TableShape) =>
  scaled(shape).map(({ label, ResourceId, ScalableDimension }) => [
    label,
    {
      count: hcl(`${isProvisioned} ? 1 : 0`),
      service_namespace: "dynamodb",
      resource_id: ResourceId,
      scalable_dimension: ScalableDimension,
      min_capacity: hcl("var.capacity.least"),
      max_capacity: hcl("var.capacity.most"),
      depends_on: [`aws_dynamodb_table.${labelOf(shape)}`],
    },
  ]);

const policiesOf = (shape: TableShape) =>
  scaled(shape).map(({ label, ResourceId, ScalableDimension, metric }) => [
    label,
    {
      count: hcl(`${isProvisioned} ? 1 : 0`),
      name: `${ResourceId}|${metric}`,
      policy_type: "TargetTrackingScaling",
      service_namespace: "dynamodb",
      resource_id: ResourceId,
      scalable_dimension: ScalableDimension,
      target_tracking_scaling_policy_configuration: {
        target_value: targetPercent,
        predefined_metric_specification: { predefined_metric_type: metric },
      },
      depends_on: [`aws_appautoscaling_target.${label}`],
    },
  ]);

if (import.meta.main) {
  mkdirSync(dirname(terraformFile), { recursive: true });
  writeFileSync(terraformFile, terraform());
}
