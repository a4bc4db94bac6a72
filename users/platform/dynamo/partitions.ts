import * as keys from "./keys.ts";
import {
  type Attributes,
  absent,
  all,
  type CheckWrite,
  type Item,
  type Key,
  present,
  type Query,
  type Table,
} from "./table.ts";

/** Whole partitions: walked through page by page, emptied, and whether a person's still stands. */

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

export type Walk = { pk: string; index?: "gsi1"; descending?: boolean };
export type Walked = { items: Item[]; next: Attributes | undefined };

/** A page of several partitions, one after the other; what is not wanted takes no place in it. */
export async function pageOf(
  table: Table,
  walks: readonly Walk[],
  { limit, after, wants }: { limit: number; after: Attributes | undefined; wants?: (item: Item) => boolean },
): Promise<Walked> {
  const items: Item[] = [];
  let place = after === undefined ? 0 : Number(after.place);
  let from = after === undefined ? undefined : positionOf(after);
  for (; place < walks.length; place++, from = undefined) {
    const walk = walks[place];
    if (!walk) break;
    do {
      const query: Query = { ...walk, limit: limit - items.length, after: from };
      const page = await table.query(query);
      items.push(...page.items.filter((item) => wants?.(item) ?? true));
      from = page.next;
      if (items.length >= limit) return { items, next: nextOf(place, from, walks.length) };
    } while (from);
  }
  return { items, next: undefined };
}

function positionOf({ place: _place, ...position }: Attributes): Attributes | undefined {
  return Object.keys(position).length > 0 ? position : undefined;
}

function nextOf(place: number, from: Attributes | undefined, places: number): Attributes | undefined {
  if (from) return { ...from, place };
  return place + 1 < places ? { place: place + 1 } : undefined;
}

/** Goes into the transaction of whatever is written for a user: nothing is, once they are being erased. */
export const standing = (uid: string): CheckWrite => ({
  check: keys.user(uid),
  when: all(present("pk"), absent("erasing")),
});
