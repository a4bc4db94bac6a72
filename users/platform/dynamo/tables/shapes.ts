/** What a table needs beyond its keys. */
export type TableShape = { name: string; index: boolean; ttl: boolean; stream: boolean; recovery: boolean };

/** Both tables, as the setup, the tests and Terraform (`terraform.ts`) make them. */
export const usersTable: TableShape = { name: "bellwether-user", index: true, ttl: true, stream: true, recovery: true };

/**
 * No stream, no point-in-time recovery and no replica, which would need a stream: a data key that was deleted must not
 * come back, or an erasure would be none.
 */
export const keysTable: TableShape = {
  name: "bellwether-keys",
  index: false,
  ttl: false,
  stream: false,
  recovery: false,
};

export const tables: readonly TableShape[] = [usersTable, keysTable];

/** What CreateTable is told of the keys of a table and of its index. */
export function keySchemaOf({ index }: TableShape) {
  const names = index ? ["pk", "sk", "gsi1pk", "gsi1sk"] : ["pk", "sk"];
  const keySchema = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: "HASH" as const },
    { AttributeName: range, KeyType: "RANGE" as const },
  ];
  const Projection = { ProjectionType: "ALL" as const };
  const gsi1 = { IndexName: "gsi1", KeySchema: keySchema("gsi1pk", "gsi1sk"), Projection };
  return {
    AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: "S" as const })),
    KeySchema: keySchema("pk", "sk"),
    ...(index && { GlobalSecondaryIndexes: [gsi1] }),
  };
}
