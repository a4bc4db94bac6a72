import type { Attributes, Item, Key, Query, Table } from "./table.ts";

/** Whole partitions: walked through page by page, and emptied. */

const pageSize = 100;
const mostInTransaction = 100;

export async function* itemsOf(table: Table, query: Omit<Query, "limit" | "after">): AsyncIterable<Item> {
  let after: Attributes | undefined;
  do {
    const page = await table.query({ ...query, limit: pageSize, after });
    yield* page.items;
    after = page.next;
  } while (after);
}

/** Deletes until nothing is found any more; expired items that nobody has swept yet stay to the sweeper. */
export async function emptyPartition(table: Table, pk: string, prefix?: string): Promise<void> {
  for (;;) {
    const page = await table.query({ pk, prefix, limit: pageSize, consistent: true });
    if (page.items.length === 0) return;
    await removeItems(table, page.items);
  }
}

/** A key that is named twice is one delete: a transaction may not touch an item twice. */
export async function removeItems(table: Table, found: readonly Key[]): Promise<void> {
  const single = [...new Map(found.map(({ pk, sk }) => [`${pk}\n${sk}`, { pk, sk }])).values()];
  for (let from = 0; from < single.length; from += mostInTransaction)
    await table.transact(single.slice(from, from + mostInTransaction).map((key) => ({ delete: key })));
}
