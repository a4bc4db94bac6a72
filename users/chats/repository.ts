import { z } from "zod";
import { type Clock, day, seconds } from "../platform/clock.ts";
import * as keys from "../platform/dynamo/keys.ts";
import {
  type Attributes,
  absent,
  all,
  ConditionFailed,
  equal,
  type PutWrite,
  type Table,
  TransactionCancelled,
} from "../platform/dynamo/table.ts";
import { bytes } from "../platform/dynamo/values.ts";
import { ulid } from "../platform/ids.ts";

const chatItem = z.object({
  cid: z.string(),
  uid: z.string(),
  title: bytes,
  n: z.number(),
  rev: z.number(),
  days: z.number().nullable(),
  headId: z.string().nullable(),
  created: z.number(),
  updated: z.number(),
  deleted: z.number().optional(),
});
export type StoredChat = z.infer<typeof chatItem>;

const messageItem = z.object({
  id: z.string(),
  role: z.enum(["user", "assistant"]),
  body: bytes,
  parent: z.string().nullable(),
  created: z.number(),
});
export type StoredMessage = z.infer<typeof messageItem>;

export type Appended = "stored" | "exists" | "no_chat";
const deletedKeptSeconds = day;

export class ChatRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  creation(chat: StoredChat): PutWrite {
    const index = { gsi1pk: keys.chatIndex(chat.uid), gsi1sk: ulid(chat.updated) };
    return { put: { ...keys.chat(chat.cid), ...chat, ...index, ttl: this.end(chat.days) }, when: absent("pk") };
  }

  /** The chat if it is this user's and not deleted. */
  async get(uid: string, cid: string): Promise<StoredChat | undefined> {
    const item = await this.table.get(keys.chat(cid));
    const chat = item && chatItem.parse(item);
    return chat && chat.uid === uid && chat.deleted === undefined ? chat : undefined;
  }

  /** Most recently used first. */
  async page(uid: string, limit: number, after: Attributes | undefined) {
    const page = await this.table.query({ pk: keys.chatIndex(uid), index: "gsi1", limit, descending: true, after });
    return { items: page.items.map((item) => chatItem.parse(item)), next: page.next };
  }

  async rename(uid: string, cid: string, title: Uint8Array, seen: number): Promise<StoredChat | undefined> {
    const change = { set: { title }, add: { rev: 1 } };
    try {
      return chatItem.parse(await this.table.update(keys.chat(cid), change, all(mine(uid), equal("rev", seen))));
    } catch (error) {
      if (error instanceof ConditionFailed) return undefined;
      throw error;
    }
  }

  /** The first write hides the chat from every reader; its messages are deleted after that. */
  async remove(uid: string, cid: string, seen?: number): Promise<boolean> {
    const now = seconds(this.clock);
    const change = { set: { deleted: now, ttl: now + deletedKeptSeconds }, remove: ["gsi1pk", "gsi1sk"] };
    try {
      await this.table.update(
        keys.chat(cid),
        change,
        seen === undefined ? mine(uid) : all(mine(uid), equal("rev", seen)),
      );
    } catch (error) {
      if (error instanceof ConditionFailed) return false;
      throw error;
    }
    await this.removeMessages(cid);
    return true;
  }

  /** One transaction writes the message, counts it and renews the chat's life; its id makes a second try harmless. */
  async append(chat: StoredChat, message: StoredMessage): Promise<Appended> {
    const ttl = this.end(chat.days);
    const set = { headId: message.id, updated: message.created, gsi1sk: ulid(message.created), ttl };
    try {
      await this.table.transact([
        { update: keys.chat(chat.cid), change: { set, add: { n: 1 } }, when: mine(chat.uid) },
        { put: { ...keys.message(chat.cid, message.id), ...message, ttl }, when: absent("pk") },
      ]);
      return "stored";
    } catch (error) {
      if (!(error instanceof TransactionCancelled)) throw error;
      return error.failed(0) ? "no_chat" : "exists";
    }
  }

  async message(cid: string, id: string): Promise<StoredMessage | undefined> {
    const item = await this.table.get(keys.message(cid, id));
    return item && messageItem.parse(item);
  }

  async messages(cid: string, limit: number, after: Attributes | undefined) {
    const query = { pk: keys.chat(cid).pk, prefix: keys.messagePrefix, limit, descending: true, after };
    const page = await this.table.query(query);
    return { items: page.items.map((item) => messageItem.parse(item)), next: page.next };
  }

  private async removeMessages(cid: string): Promise<void> {
    for (;;) {
      const page = await this.table.query({
        pk: keys.chat(cid).pk,
        prefix: keys.messagePrefix,
        limit: 100,
        consistent: true,
      });
      if (page.items.length === 0) return;
      await this.table.transact(page.items.map(({ pk, sk }) => ({ delete: { pk, sk } })));
    }
  }

  private end(days: number | null): number | undefined {
    return days === null ? undefined : seconds(this.clock) + days * day;
  }
}

const mine = (uid: string) => all(equal("uid", uid), absent("deleted"));
