import {
  type Attributes,
  alwaysRead,
  type Change,
  type Condition,
  ConditionFailed,
  type Item,
  type Key,
  type Page,
  type Query,
  type ScannableTable,
  StoreRejected,
  StoreUnavailable,
  TransactionCancelled,
  type Value,
  type Write,
} from "./table.ts";
import { toWireMap } from "./values.ts";

const maxItemBytes = 400 * 1024;

/** The table in memory: the double that unit tests run on. It passes the same contract suite as the client. */
export class MemoryTable implements ScannableTable {
  private readonly items = new Map<string, Item>();
  /** operation -> calls, for tests that count them */
  readonly calls = new Map<string, number>();
  /** set to see what callers do when the store does not answer */
  isAway = false;

  async get(key: Key, _consistent = true): Promise<Item | undefined> {
    await this.arrive("get");
    return copyOf(this.items.get(place(key)));
  }

  async put(item: Item, when?: Condition): Promise<void> {
    await this.arrive("put");
    this.single({ put: item, when });
  }

  async update(key: Key, change: Change, when?: Condition): Promise<Item> {
    await this.arrive("update");
    this.single({ update: key, change, when });
    return structuredClone(this.items.get(place(key)) ?? { ...key });
  }

  async delete(key: Key, when?: Condition): Promise<Item | undefined> {
    await this.arrive("delete");
    const old = this.items.get(place(key));
    this.single({ delete: key, when });
    return copyOf(old);
  }

  async query(query: Query): Promise<Page> {
    await this.arrive("query");
    if (query.index && query.consistent) throw invalid("Consistent reads are not supported on a secondary index");
    const [hash, range] = query.index ? ["gsi1pk", "gsi1sk"] : ["pk", "sk"];
    const found = [...this.items.values()]
      .filter((item) => item[hash] === query.pk && typeof item[range] === "string")
      .filter((item) => String(item[range]).startsWith(query.prefix ?? ""))
      .sort((a, b) => order(rank(a, range), rank(b, range)));
    if (query.descending) found.reverse();
    const { after } = query;
    const start = after ? rank(after, range) : "";
    const rest = after
      ? found.filter((item) => (query.descending ? rank(item, range) < start : rank(item, range) > start))
      : found;
    const page = pageOf(rest, query.limit, (item) => keyOf(item, query.index !== undefined));
    return query.only ? { ...page, items: page.items.map((item) => part(item, query.only ?? [])) } : page;
  }

  async scan(limit: number, after?: Attributes): Promise<Page> {
    await this.arrive("scan");
    const found = [...this.items.values()].sort((a, b) => order(place(a), place(b)));
    const rest = after ? found.filter((item) => place(item) > place(after)) : found;
    return pageOf(rest, limit, (item) => keyOf(item, false));
  }

  async transact(writes: readonly Write[]): Promise<void> {
    await this.arrive("transact");
    if (writes.length === 0 || writes.length > 100) throw invalid("a transaction holds 1 to 100 writes");
    const places = new Set(writes.map((write) => place(target(write))));
    if (places.size < writes.length) throw invalid("a transaction names one item twice");
    const reasons = writes.map((write) => {
      const old = this.items.get(place(target(write)));
      const holds = !write.when || evaluate(write.when, old);
      return holds ? { code: "None", old: undefined } : { code: "ConditionalCheckFailed", old: copyOf(old) };
    });
    if (reasons.some(({ code }) => code !== "None")) throw new TransactionCancelled(reasons);
    for (const write of writes) this.apply(write);
  }

  /** Every item, for assertions in tests. */
  everything(): Item[] {
    return structuredClone([...this.items.values()]);
  }

  /** Removes items, as if the process had crashed before writing them. */
  forget(which: (item: Item) => boolean): void {
    for (const [at, item] of this.items) if (which(item)) this.items.delete(at);
  }

  /** Yielding here lets racing callers interleave as they do over a network. */
  private async arrive(operation: string): Promise<void> {
    this.calls.set(operation, (this.calls.get(operation) ?? 0) + 1);
    await new Promise((resolve) => setImmediate(resolve));
    if (this.isAway) throw new StoreUnavailable("the store in memory is away");
  }

  private single(write: Write): void {
    const old = this.items.get(place(target(write)));
    if (write.when && !evaluate(write.when, old)) throw new ConditionFailed(copyOf(old));
    this.apply(write);
  }

  private apply(write: Write): void {
    if ("check" in write) return;
    const at = place(target(write));
    if ("delete" in write) {
      this.items.delete(at);
      return;
    }
    const item = "put" in write ? structuredClone(write.put) : changedItem(this.items.get(at), write);
    for (const name of Object.keys(item)) if (item[name] === undefined) delete item[name];
    checkItem(item);
    this.items.set(at, item);
  }
}

function changedItem(old: Item | undefined, { update, change }: { update: Key; change: Change }): Item {
  const item: Item = structuredClone(old ?? { pk: update.pk, sk: update.sk });
  for (const [to, from] of Object.entries(change.copy ?? {})) {
    const value = old?.[from];
    if (value === undefined) throw invalid(`the attribute ${from} to copy does not exist`);
    item[to] = value;
  }
  for (const [to, { of, otherwise, plus }] of Object.entries(change.sum ?? {})) {
    const value = old?.[of] ?? otherwise;
    if (typeof value !== "number") throw invalid(`${of} is not a number`);
    item[to] = value + plus;
  }
  for (const [name, value] of Object.entries(change.set ?? {}))
    if (value !== undefined) item[name] = structuredClone(value);
  for (const [name, by] of Object.entries(change.add ?? {})) {
    const value = item[name];
    if (value !== undefined && typeof value !== "number") throw invalid(`${name} is not a number`);
    item[name] = (value ?? 0) + by;
  }
  for (const name of change.remove ?? []) delete item[name];
  return item;
}

export function evaluate(condition: Condition, item: Item | undefined): boolean {
  switch (condition.is) {
    case "absent":
      return item?.[condition.name] === undefined;
    case "present":
      return item?.[condition.name] !== undefined;
    case "and":
      return condition.of.every((part) => evaluate(part, item));
    case "or":
      return condition.of.some((part) => evaluate(part, item));
    default:
      return compareValues(item?.[condition.name], condition.is, condition.value);
  }
}

function compareValues(left: Value | undefined, is: string, right: Value): boolean {
  if (left === undefined) return is === "<>";
  if (is === "=") return Bun.deepEquals(left, right);
  if (is === "<>") return !Bun.deepEquals(left, right);
  if (typeof left === "number" && typeof right === "number") return inOrder(left - right, is);
  if (typeof left === "string" && typeof right === "string") return inOrder(order(left, right), is);
  return false;
}

function inOrder(difference: number, is: string): boolean {
  if (is === "<") return difference < 0;
  if (is === "<=") return difference <= 0;
  return is === ">" ? difference > 0 : difference >= 0;
}

function pageOf(found: Item[], limit: number, key: (item: Item) => Attributes): Page {
  const items = structuredClone(found.slice(0, limit));
  const last = items.at(-1);
  return { items, next: last && items.length === limit ? key(last) : undefined };
}

function keyOf(item: Item, indexed: boolean): Attributes {
  const key: Attributes = { pk: item.pk, sk: item.sk };
  if (!indexed) return key;
  return { ...key, gsi1pk: item.gsi1pk ?? null, gsi1sk: item.gsi1sk ?? null };
}

function part(item: Item, only: readonly string[]): Item {
  const names = [...alwaysRead, ...only];
  const kept = Object.entries(item).filter(([name]) => names.includes(name));
  return { ...Object.fromEntries(kept), pk: item.pk, sk: item.sk };
}

function checkItem(item: Item): void {
  for (const name of ["pk", "sk", "gsi1pk", "gsi1sk"])
    if (item[name] === "") throw invalid(`the key attribute ${name} is empty`);
  if (JSON.stringify(toWireMap(item)).length > maxItemBytes) throw invalid("the item is larger than 400 KB");
}

function target(write: Write): Key {
  if ("put" in write) return write.put;
  if ("update" in write) return write.update;
  return "delete" in write ? write.delete : write.check;
}

const place = (key: Attributes) => `${key.pk}\u0000${key.sk}`;
const rank = (item: Attributes, range: string) => `${item[range]}\u0000${place(item)}`;
const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const copyOf = (item: Item | undefined) => (item ? structuredClone(item) : undefined);
const invalid = (message: string) => new StoreRejected("ValidationException", message);
