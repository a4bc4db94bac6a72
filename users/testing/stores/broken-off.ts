import {
  type Attributes,
  type Change,
  type Condition,
  type Item,
  type Key,
  type Query,
  type ScannableTable,
  StoreUnavailable,
  type Write,
} from "../../platform/dynamo/table.ts";

/** Counts the writes to several tables; after so many none goes through, as if the process had been killed there. */
export class Death {
  writes = 0;
  constructor(private readonly after: number) {}
  step(): void {
    if (this.writes >= this.after) throw new StoreUnavailable("the process was killed");
    this.writes += 1;
  }
}

export class MortalTable implements ScannableTable {
  constructor(
    private readonly table: ScannableTable,
    private readonly death: Death,
  ) {}
  get(key: Key, consistent?: boolean) {
    return this.table.get(key, consistent);
  }
  query(query: Query) {
    return this.table.query(query);
  }
  scan(limit: number, after?: Attributes) {
    return this.table.scan(limit, after);
  }
  async put(item: Item, when?: Condition) {
    this.death.step();
    return this.table.put(item, when);
  }
  async update(key: Key, change: Change, when?: Condition) {
    this.death.step();
    return this.table.update(key, change, when);
  }
  async delete(key: Key, when?: Condition) {
    this.death.step();
    return this.table.delete(key, when);
  }
  async transact(writes: readonly Write[]) {
    this.death.step();
    return this.table.transact(writes);
  }
}
