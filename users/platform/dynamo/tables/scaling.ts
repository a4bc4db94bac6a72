import type { PutScalingPolicyCommandInput } from "@aws-sdk/client-application-auto-scaling";
import type { Reach } from "../credentials.ts";
import type { TableShape } from "./shapes.ts";

/** What scales of a table and how far. */
export type Capacity = { least: number; most: number };

export const targetPercent = 70;
const kinds = [
  { of: "ReadCapacityUnits", metric: "DynamoDBReadCapacityUtilization" },
  { of: "WriteCapacityUnits", metric: "DynamoDBWriteCapacityUtilization" },
] as const;

/** Every dimension that scales: reads and writes of the table and of its index. */
export function dimensionsOf({ name, index }: TableShape) {
  const places = [
    { ResourceId: `table/${name}`, of: "table" as const },
    ...(index ? [{ ResourceId: `table/${name}/index/gsi1`, of: "index" as const }] : []),
  ];
  return places.flatMap(({ ResourceId, of }) =>
    kinds.map((kind) => ({ ResourceId, ScalableDimension: `dynamodb:${of}:${kind.of}` as const, metric: kind.metric })),
  );
}

/** Registering and putting again changes nothing. */
export async function scale(reach: Reach, shape: TableShape, capacity: Capacity): Promise<void> {
  const sdk = await import("@aws-sdk/client-application-auto-scaling");
  const { region, credentials, endpoint } = reach;
  // each service of Amazon has an address of its own; who stands in for Amazon has one for all
  const isAmazon = /^https:\/\/dynamodb\./.test(endpoint);
  const scaling = new sdk.ApplicationAutoScalingClient({ region, credentials, ...(!isAmazon && { endpoint }) });
  for (const { ResourceId, ScalableDimension, metric } of dimensionsOf(shape)) {
    const target = { ServiceNamespace: "dynamodb", ResourceId, ScalableDimension } as const;
    const bounds = { MinCapacity: capacity.least, MaxCapacity: capacity.most };
    await scaling.send(new sdk.RegisterScalableTargetCommand({ ...target, ...bounds }));
    const policy: PutScalingPolicyCommandInput = {
      ...target,
      ScalableDimension: ScalableDimension,
      PolicyName: `${ResourceId}|${metric}`,
      PolicyType: "TargetTrackingScaling",
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: targetPercent,
        PredefinedMetricSpecification: { PredefinedMetricType: metric },
      },
    };
    await scaling.send(new sdk.PutScalingPolicyCommand(policy));
  }
  scaling.destroy();
}
