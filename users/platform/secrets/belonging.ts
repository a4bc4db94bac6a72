import { z } from "zod";
import * as keys from "../dynamo/keys.ts";
import type { Table } from "../dynamo/table.ts";
import { bytes } from "../dynamo/values.ts";
import { SealBroken, sealText, unsealText } from "./sealing.ts";

export type Stores = { table: Table; keysTable: Table };

const inUsers = z.object({ sealed: bytes, whole: z.boolean() });
const inKeys = z.object({ id: z.string() });
const place = "platform";

export class StoresDoNotBelongTogether extends Error {
  override name = "StoresDoNotBelongTogether";
}

/**
 * Both tables carry the id of their platform, in the users' table sealed with the key-encryption key, so that neither
 * table nor key can be another platform's, nor one of them made anew beside the others. Without an id nothing is held
 * to one.
 */
export async function claim({ table, keysTable }: Stores, kek: Uint8Array, id: string): Promise<void> {
  if (!id) return;
  const [user, key] = await Promise.all([table.get(keys.platform()), keysTable.get(keys.platform())]);
  const users = user && inUsers.parse(user);
  const known = key && inKeys.parse(key);
  if (users?.whole && !known) throw new StoresDoNotBelongTogether(anew("table of keys", "users' table"));
  if (known && !users) throw new StoresDoNotBelongTogether(anew("users' table", "table of keys"));
  if (users) same("users' table", idIn(kek, users.sealed), id);
  if (known) same("table of keys", known.id, id);
  if (users?.whole) return;
  // three steps: one that was broken off is gone on with, not taken for a loss
  const sealed = sealText(kek, id, place);
  await table.put({ ...keys.platform(), sealed, whole: false });
  await keysTable.put({ ...keys.platform(), id });
  await table.put({ ...keys.platform(), sealed, whole: true });
}

function idIn(kek: Uint8Array, sealed: Uint8Array): string {
  try {
    return unsealText(kek, sealed, place);
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error;
    throw new StoresDoNotBelongTogether(
      "The key-encryption key is not the one of the users' table: put the key back that belongs to it. Nothing was changed.",
    );
  }
}

function same(store: string, found: string, own: string): void {
  if (found !== own)
    throw new StoresDoNotBelongTogether(
      `The ${store} belongs to the platform ${found}, this is ${own}: put its own back from a backup, or, if ` +
        `keys/installation.json alone was lost, write {"id": "${found}", "made": []} into it. Nothing was changed.`,
    );
}

const anew = (missing: string, there: string) =>
  `The ${missing} is new beside a ${there} that has been used: put the old one back from a backup. Nothing was changed.`;
