import { z } from "zod";
import type { Attributes, Item, Value } from "./table.ts";

/** One attribute as DynamoDB writes it in JSON. */
export type Wire =
  | { S: string }
  | { N: string }
  | { BOOL: boolean }
  | { NULL: true }
  | { B: string }
  | { L: Wire[] }
  | { M: Record<string, Wire> };

export function toWire(value: Value): Wire {
  if (value === null) return { NULL: true };
  if (typeof value === "string") return { S: value };
  if (typeof value === "number") return { N: String(value) };
  if (typeof value === "boolean") return { BOOL: value };
  if (value instanceof Uint8Array) return { B: Buffer.from(value).toString("base64") };
  if (isList(value)) return { L: value.map(toWire) };
  return { M: toWireMap({ ...value }) };
}

export function toWireMap(item: Readonly<Attributes>): Record<string, Wire> {
  const out: Record<string, Wire> = {};
  for (const [name, value] of Object.entries(item)) if (value !== undefined) out[name] = toWire(value);
  return out;
}

export function fromWire(wire: Wire): Value {
  if ("S" in wire) return wire.S;
  if ("N" in wire) return Number(wire.N);
  if ("BOOL" in wire) return wire.BOOL;
  if ("B" in wire) return new Uint8Array(Buffer.from(wire.B, "base64"));
  if ("L" in wire) return wire.L.map(fromWire);
  if ("M" in wire) return mapFromWire(wire.M);
  return null;
}

function mapFromWire(map: Record<string, Wire>): { [name: string]: Value } {
  const out: { [name: string]: Value } = {};
  for (const [name, wire] of Object.entries(map)) out[name] = fromWire(wire);
  return out;
}

export const fromWireMap = (map: Record<string, Wire>): Attributes => mapFromWire(map);

export function itemFromWire(map: Record<string, Wire>): Item {
  const { pk, sk, ...rest } = fromWireMap(map);
  return { ...rest, pk: String(pk), sk: String(sk) };
}

/** Fields for the item schemas of repositories. */
export const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
