import { z } from "zod";
import { type Clock, seconds } from "../../platform/clock.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import {
  type Attributes,
  absent,
  all,
  any,
  ConditionFailed,
  compare,
  equal,
  present,
  type Table,
  TransactionCancelled,
} from "../../platform/dynamo/table.ts";
import type { StoredChat } from "../models.ts";
import type { ChatRepository } from "../repository.ts";

const shareItem = z.object({
  id: z.string(),
  cid: z.string(),
  uid: z.string(),
  headId: z.string(),
  audience: z.enum(["any", "login", "users"]),
  users: z.array(z.string()),
  created: z.number(),
  /** Seconds. */
  exp: z.number(),
});
export type StoredShare = z.infer<typeof shareItem>;
export const sharesOfChat = 20;

export class ShareRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
    private readonly chats: ChatRepository,
  ) {}

  /** A share is of a chat and a message that are there, and one of no more than may be. */
  async add(chat: StoredChat, share: StoredShare): Promise<"added" | "gone" | "full"> {
    const room = any(absent("shares"), compare("shares", "<", sharesOfChat));
    const index = { gsi1pk: keys.shareIndex(share.uid), gsi1sk: `${share.exp}#${share.id}` };
    try {
      await this.table.transact([
        { update: keys.chat(chat.cid), change: { add: { shares: 1 } }, when: all(this.chats.mine(chat), room) },
        { put: { ...keys.share(share.id), ...share, ...index, ttl: share.exp }, when: absent("pk") },
        { check: keys.message(chat.cid, share.headId), when: present("pk") },
      ]);
      return "added";
    } catch (error) {
      if (!(error instanceof TransactionCancelled && error.isRefusal)) throw error;
      if (error.failed(2)) return "gone";
      return (await this.chats.get(chat.uid, chat.cid)) ? "full" : "gone";
    }
  }

  /** Those that ended by themselves have told nobody; of two who count at once one is right. */
  async recount(chat: StoredChat): Promise<void> {
    const { items } = await this.page(chat.uid, 1_000, undefined);
    const shares = items.filter(({ cid }) => cid === chat.cid).length;
    try {
      await this.table.update(keys.chat(chat.cid), { set: { shares } }, equal("shares", chat.shares ?? 0));
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }

  async get(id: string): Promise<StoredShare | undefined> {
    const item = await this.table.get(keys.share(id));
    const share = item && shareItem.parse(item);
    return share && share.exp > seconds(this.clock) ? share : undefined;
  }

  async page(uid: string, limit: number, after: Attributes | undefined) {
    const page = await this.table.query({ pk: keys.shareIndex(uid), index: "gsi1", limit, after });
    return { items: page.items.map((item) => shareItem.parse(item)), next: page.next };
  }

  async remove(uid: string, id: string): Promise<boolean> {
    const share = await this.get(id);
    if (!share) return false;
    try {
      await this.table.transact([
        { delete: keys.share(id), when: equal("uid", uid) },
        { update: keys.chat(share.cid), change: { add: { shares: -1 } }, when: present("pk") },
      ]);
      return true;
    } catch (error) {
      if (!(error instanceof TransactionCancelled && error.isRefusal)) throw error;
      if (error.failed(0)) return false;
      await this.table.delete(keys.share(id), equal("uid", uid));
      return true;
    }
  }
}
