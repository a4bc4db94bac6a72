import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import * as keys from "../dynamo/keys.ts";
import { absent, type Table, TransactionCancelled } from "../dynamo/table.ts";
import { bytes } from "../dynamo/values.ts";
import { unauthenticated } from "../problems.ts";
import { seal, unseal } from "./sealing.ts";

const version = 1;
const cachedMs = 300_000;
const mostCached = 5_000;
const item = z.object({ wrapped: bytes });

/**
 * One data key per user, wrapped by the key-encryption key. Deleting its item makes unreadable what it sealed;
 * who stands in the ledger of the erased gets none again.
 */
export class DataKeys {
  private readonly cached = new Map<string, { key: Uint8Array; until: number }>();

  constructor(
    private readonly table: Table,
    private readonly kek: Uint8Array,
    private readonly clock: Clock,
  ) {}

  /** The user's key, made when it is first needed. */
  async keyOf(uid: string): Promise<Uint8Array> {
    const known = this.cached.get(uid);
    if (known && known.until > this.clock()) return known.key;
    const key = (await this.read(uid)) ?? (await this.make(uid));
    this.remember(uid, key);
    return key;
  }

  private async read(uid: string): Promise<Uint8Array | undefined> {
    const found = await this.table.get(keys.dataKey(uid, version));
    return found && unseal(this.kek, item.parse(found).wrapped, place(uid));
  }

  private async make(uid: string): Promise<Uint8Array> {
    const key = new Uint8Array(randomBytes(32));
    const item = { ...keys.dataKey(uid, version), wrapped: seal(this.kek, key, place(uid)) };
    try {
      await this.table.transact([
        { check: keys.ledger(uid), when: absent("pk") },
        { put: item, when: absent("pk") },
      ]);
      return key;
    } catch (error) {
      if (!(error instanceof TransactionCancelled && error.isRefusal)) throw error;
      if (error.failed(0)) throw unauthenticated();
      const other = await this.read(uid); // another request made it first
      if (!other) throw new Error("a data key vanished while it was being made");
      return other;
    }
  }

  private remember(uid: string, key: Uint8Array): void {
    this.cached.delete(uid);
    this.cached.set(uid, { key, until: this.clock() + cachedMs });
    const oldest = this.cached.size > mostCached ? this.cached.keys().next().value : undefined;
    if (oldest !== undefined) this.cached.delete(oldest);
  }
}

const place = (uid: string) => `data-key|${uid}|${version}`;
