/** The part of DynamoDB that the services use: six verbs over items, with conditions as data. */

export type Value =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | readonly Value[]
  | { readonly [name: string]: Value };
/** An undefined value is not stored. */
export type Attributes = { [name: string]: Value | undefined };
export type Key = { pk: string; sk: string };
export type Item = Attributes & Key;

export type Comparison = "=" | "<>" | "<" | "<=" | ">" | ">=";
export type Condition =
  | { is: "absent" | "present"; name: string }
  | { is: Comparison; name: string; value: Value }
  | { is: "and" | "or"; of: readonly Condition[] };

export const absent = (name: string): Condition => ({ is: "absent", name });
export const present = (name: string): Condition => ({ is: "present", name });
export const compare = (name: string, is: Comparison, value: Value): Condition => ({ is, name, value });
export const equal = (name: string, value: Value): Condition => ({ is: "=", name, value });
export const all = (...of: Condition[]): Condition => ({ is: "and", of });
export const any = (...of: Condition[]): Condition => ({ is: "or", of });

/** An expired item counts as gone, although it may still be in the table. */
export const absentOrExpired = (nowSeconds: number): Condition =>
  any(absent("pk"), all(present("ttl"), compare("ttl", "<=", nowSeconds)));

export type Change = {
  set?: Attributes;
  /** target name -> name whose old value it takes */
  copy?: Record<string, string>;
  /** target name -> the sum of a number and an attribute, or what stands in for it where it is missing */
  sum?: Record<string, { of: string; otherwise: number; plus: number }>;
  add?: Record<string, number>;
  remove?: readonly string[];
};

export type PutWrite = { put: Item; when?: Condition };
export type UpdateWrite = { update: Key; change: Change; when?: Condition };
export type DeleteWrite = { delete: Key; when?: Condition };
export type CheckWrite = { check: Key; when: Condition };
export type Write = PutWrite | UpdateWrite | DeleteWrite | CheckWrite;

export type Query = {
  pk: string;
  index?: "gsi1";
  /** begins_with on the sort key */
  prefix?: string;
  limit: number;
  descending?: boolean;
  after?: Attributes;
  consistent?: boolean;
  /** Only these attributes come back, beside the keys and `ttl`. */
  only?: readonly string[];
};
/** What comes back of an item in any case: its keys, and whether it has ended. */
export const alwaysRead: readonly string[] = ["pk", "sk", "ttl"];
export type Page = { items: Item[]; next: Attributes | undefined };

export interface Table {
  get(key: Key, consistent?: boolean): Promise<Item | undefined>;
  put(item: Item, when?: Condition): Promise<void>;
  /** Returns the item as it is after the change. */
  update(key: Key, change: Change, when?: Condition): Promise<Item>;
  /** Returns the item that was there. */
  delete(key: Key, when?: Condition): Promise<Item | undefined>;
  query(query: Query): Promise<Page>;
  transact(writes: readonly Write[]): Promise<void>;
}

/** Scan is for the sweeper only: no request path may use it. */
export interface ScannableTable extends Table {
  scan(limit: number, after?: Attributes): Promise<Page>;
}

export class ConditionFailed extends Error {
  override name = "ConditionFailed";
  constructor(readonly old: Item | undefined) {
    super("The condition of a write did not hold.");
  }
}

export type Reason = { code: string; old: Item | undefined };

export class TransactionCancelled extends Error {
  override name = "TransactionCancelled";
  constructor(readonly reasons: readonly Reason[]) {
    super(`A transaction was cancelled: ${reasons.map((reason) => reason.code).join(", ")}`);
  }
  /** Whether a condition did not hold; otherwise the store would not have the writes at all. */
  get isRefusal(): boolean {
    return this.reasons.some((_, index) => this.failed(index));
  }
  /** Whether the condition of the n-th write is what failed. */
  failed(index: number): boolean {
    return this.reasons[index]?.code === "ConditionalCheckFailed";
  }
}

export class StoreUnavailable extends Error {
  override name = "StoreUnavailable";
}

export class StoreRejected extends Error {
  override name = "StoreRejected";
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(`${code}: ${message}`);
  }
}

/** Whether the writes happened; false when a condition of one did not hold, and then none did. */
export async function committed(table: Table, writes: readonly Write[]): Promise<boolean> {
  try {
    await table.transact(writes);
    return true;
  } catch (error) {
    if (error instanceof TransactionCancelled && error.isRefusal) return false;
    throw error;
  }
}
