import { z } from "zod";
import * as keys from "../../platform/dynamo/keys.ts";
import { itemsOf } from "../../platform/dynamo/partitions.ts";
import {
  absent,
  all,
  any,
  ConditionFailed,
  compare,
  present,
  type Table,
  TransactionCancelled,
  type Write,
} from "../../platform/dynamo/table.ts";
import { bytes } from "../../platform/dynamo/values.ts";

const folderItem = z.object({
  id: z.string(),
  name: bytes,
  created: z.number(),
  /** Its chats are leaving it; no other comes in. */
  isGoing: z.boolean().optional(),
});
export type StoredFolder = z.infer<typeof folderItem>;
const stands = all(present("pk"), absent("isGoing"));

export class FolderRepository {
  constructor(
    private readonly table: Table,
    readonly most: number,
  ) {}

  /** The folder, and that it counts: of those who ask at once no more go through than there is room for. */
  creation(uid: string, folder: StoredFolder): Write[] {
    const room = any(absent("n"), compare("n", "<", this.most));
    return [
      { update: keys.folderCount(uid), change: { add: { n: 1 } }, when: room },
      { put: { ...keys.folder(uid, folder.id), ...folder }, when: absent("pk") },
    ];
  }

  async all(uid: string): Promise<StoredFolder[]> {
    const found: StoredFolder[] = [];
    const { pk } = keys.folderCount(uid);
    for await (const item of itemsOf(this.table, { pk, prefix: keys.folderPrefix, consistent: true }))
      found.push(folderItem.parse(item));
    return found;
  }

  rename = (uid: string, id: string, name: Uint8Array) => this.change(uid, id, { name }, stands);

  /** False when there is none; asked again, the end goes on. */
  beginEnd = (uid: string, id: string) => this.change(uid, id, { isGoing: true }, present("pk"));

  async end(uid: string, id: string): Promise<void> {
    const gone: Write = { delete: keys.folder(uid, id), when: present("isGoing") };
    try {
      await this.table.transact([gone, { update: keys.folderCount(uid), change: { add: { n: -1 } } }]);
    } catch (error) {
      // somebody else has ended it
      if (!(error instanceof TransactionCancelled && error.isRefusal)) throw error;
    }
  }

  private async change(uid: string, id: string, set: Partial<StoredFolder>, when: typeof stands) {
    try {
      return folderItem.parse(await this.table.update(keys.folder(uid, id), { set }, when));
    } catch (error) {
      if (error instanceof ConditionFailed) return undefined;
      throw error;
    }
  }
}

/** Goes into the transaction that puts a chat into a folder. */
export const folderStands = (uid: string, id: string): Write => ({ check: keys.folder(uid, id), when: stands });
