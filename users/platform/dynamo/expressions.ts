import type { Change, Condition, Query, Value } from "./table.ts";
import { toWire, type Wire } from "./values.ts";

/** Gives every attribute name an alias: reserved words would fail only when a call meets one. */
export class Aliases {
  readonly names: Record<string, string> = {};
  readonly values: Record<string, Wire> = {};
  private readonly seen = new Map<string, string>();

  name(name: string): string {
    const known = this.seen.get(name);
    if (known) return known;
    const alias = `#n${this.seen.size}`;
    this.seen.set(name, alias);
    this.names[alias] = name;
    return alias;
  }

  value(value: Value): string {
    const alias = `:v${Object.keys(this.values).length}`;
    this.values[alias] = toWire(value);
    return alias;
  }

  /** The request fields; DynamoDB refuses empty maps. */
  fields(): { ExpressionAttributeNames?: Record<string, string>; ExpressionAttributeValues?: Record<string, Wire> } {
    return {
      ...(Object.keys(this.names).length > 0 && { ExpressionAttributeNames: this.names }),
      ...(Object.keys(this.values).length > 0 && { ExpressionAttributeValues: this.values }),
    };
  }
}

export function conditionText(condition: Condition, aliases: Aliases): string {
  switch (condition.is) {
    case "absent":
      return `attribute_not_exists(${aliases.name(condition.name)})`;
    case "present":
      return `attribute_exists(${aliases.name(condition.name)})`;
    case "and":
    case "or":
      return condition.of.map((part) => `(${conditionText(part, aliases)})`).join(` ${condition.is.toUpperCase()} `);
    default:
      return `${aliases.name(condition.name)} ${condition.is} ${aliases.value(condition.value)}`;
  }
}

export function changeText(change: Change, aliases: Aliases): string {
  const sets = [
    ...Object.entries(change.copy ?? {}).map(([to, from]) => `${aliases.name(to)} = ${aliases.name(from)}`),
    ...Object.entries(change.set ?? {}).flatMap(([name, value]) =>
      value === undefined ? [] : [`${aliases.name(name)} = ${aliases.value(value)}`],
    ),
  ];
  const sums = Object.entries(change.sum ?? {}).map(([to, { of, otherwise, plus }]) => {
    const part = `if_not_exists(${aliases.name(of)}, ${aliases.value(otherwise)})`;
    return `${aliases.name(to)} = ${part} + ${aliases.value(plus)}`;
  });
  sets.push(...sums);
  const adds = Object.entries(change.add ?? {}).map(([name, by]) => `${aliases.name(name)} ${aliases.value(by)}`);
  const removes = (change.remove ?? []).map((name) => aliases.name(name));
  return [
    sets.length > 0 && `SET ${sets.join(", ")}`,
    adds.length > 0 && `ADD ${adds.join(", ")}`,
    removes.length > 0 && `REMOVE ${removes.join(", ")}`,
  ]
    .filter(Boolean)
    .join(" ");
}

export function keyConditionText(query: Query, aliases: Aliases): string {
  const [hash, range] = query.index ? ["gsi1pk", "gsi1sk"] : ["pk", "sk"];
  const text = `${aliases.name(hash)} = ${aliases.value(query.pk)}`;
  if (query.prefix === undefined) return text;
  return `${text} AND begins_with(${aliases.name(range)}, ${aliases.value(query.prefix)})`;
}
