import type { Attributes, Change, Condition, Item, Key, Page, Query, ScannableTable, Write } from "./table.ts";

/** A table whose reads leave out expired items: DynamoDB deletes them late, dynoxide never. */
export class LiveTable implements ScannableTable {
  constructor(
    private readonly table: ScannableTable,
    private readonly now: () => number,
  ) {}

  async get(key: Key, consistent?: boolean): Promise<Item | undefined> {
    const item = await this.table.get(key, consistent);
    return item && this.alive(item) ? item : undefined;
  }

  /** Filtering makes a page shorter, so this reads on until the page is full or there are no more items. */
  async query(query: Query): Promise<Page> {
    const items: Item[] = [];
    let after = query.after;
    do {
      const page = await this.table.query({ ...query, limit: query.limit - items.length, after });
      items.push(...page.items.filter((item) => this.alive(item)));
      after = page.next;
    } while (after && items.length < query.limit);
    return { items, next: after };
  }

  put(item: Item, when?: Condition): Promise<void> {
    return this.table.put(item, when);
  }
  update(key: Key, change: Change, when?: Condition): Promise<Item> {
    return this.table.update(key, change, when);
  }
  delete(key: Key, when?: Condition): Promise<Item | undefined> {
    return this.table.delete(key, when);
  }
  transact(writes: readonly Write[]): Promise<void> {
    return this.table.transact(writes);
  }
  /** Unfiltered: the sweeper looks for what has ended. */
  scan(limit: number, after?: Attributes): Promise<Page> {
    return this.table.scan(limit, after);
  }

  private alive(item: Item): boolean {
    return typeof item.ttl !== "number" || item.ttl > this.now() / 1000;
  }
}
