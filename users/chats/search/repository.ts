import * as keys from "../../platform/dynamo/keys.ts";
import { removeItems } from "../../platform/dynamo/partitions.ts";
import {
  type Attributes,
  absent,
  equal,
  type Item,
  type Table,
  TransactionCancelled,
} from "../../platform/dynamo/table.ts";

export type Entry = {
  sk: string;
  cid: string;
  part: string;
  terms: Uint8Array;
  ttl: number | undefined;
  rev: number | undefined;
};
/** An entry into which others were merged. */
export const whole = /^C\d*$/;

/** What can be found: one entry of each message, put in its own transaction, and one of a chat into which they are merged. */
export class SearchRepository {
  constructor(private readonly table: Table) {}

  /** Chats that were begun last come first; the entries of one stand together. */
  async page(uid: string, limit: number, after: Attributes | undefined) {
    const { pk } = keys.searched(uid, "", "");
    // what stands in the key is not read twice: there are tens of thousands
    const only = ["terms", "rev"];
    const page = await this.table.query({ pk, prefix: keys.searchPrefix, limit, descending: true, after, only });
    return { items: page.items.map(entryOf), next: page.next };
  }

  /** Where a page goes on that has seen all of this chat. */
  after(uid: string, cid: string): Attributes {
    const { pk, sk } = keys.searched(uid, cid, "");
    return { pk, sk };
  }

  async put(uid: string, cid: string, part: string, terms: Uint8Array, ttl: number | undefined): Promise<void> {
    await this.table.put({ ...keys.searched(uid, cid, part), cid, part, terms, ttl });
  }

  /** Merges entries of a chat into the one of this name; of two who do so at once one does. */
  async merge(uid: string, merged: readonly Entry[], into: string, terms: Uint8Array): Promise<void> {
    const [first] = merged;
    if (!first) return;
    const before = merged.find(({ part }) => part === into);
    const ends = merged.map(({ ttl }) => ttl);
    const ttl = ends.some((end) => end === undefined) ? undefined : Math.max(...ends.map((end) => end ?? 0));
    const item = { ...keys.searched(uid, first.cid, into), cid: first.cid, part: into, terms, ttl };
    const gone = merged
      .filter(({ part }) => part !== into)
      .map(({ cid, part }) => ({ delete: keys.searched(uid, cid, part) }));
    const put = {
      put: { ...item, rev: (before?.rev ?? 0) + 1 },
      when: before ? equal("rev", before.rev ?? 0) : absent("pk"),
    };
    try {
      await this.table.transact([put, ...gone]);
    } catch (error) {
      if (!(error instanceof TransactionCancelled && error.isRefusal)) throw error;
    }
  }

  async forget(uid: string, entries: readonly Entry[]): Promise<void> {
    await removeItems(
      this.table,
      entries.map(({ cid, part }) => keys.searched(uid, cid, part)),
    );
  }
}

/** By hand: a schema costs more than all that is done with an entry. */
function entryOf({ sk, terms, ttl, rev }: Item): Entry {
  return {
    sk,
    ...keys.searchedBy(sk),
    terms: terms instanceof Uint8Array ? terms : new Uint8Array(),
    ttl: typeof ttl === "number" ? ttl : undefined,
    rev: typeof rev === "number" ? rev : undefined,
  };
}
