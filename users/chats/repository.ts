import { z } from "zod";
import { type Clock, day, seconds } from "../platform/clock.ts";
import * as keys from "../platform/dynamo/keys.ts";
import {
  type Attributes,
  absent,
  all,
  any,
  type Condition,
  ConditionFailed,
  compare,
  equal,
  type Table,
  TransactionCancelled,
  type Write,
} from "../platform/dynamo/table.ts";
import { bytes } from "../platform/dynamo/values.ts";
import { ulid } from "../platform/ids.ts";

export const chatItem = z.object({
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

export const messageItem = z.object({
  id: z.string(),
  role: z.enum(["user", "assistant"]),
  body: bytes,
  parent: z.string().nullable(),
  created: z.number(),
});
export type StoredMessage = z.infer<typeof messageItem>;

/** How many chats a user has at most: those whose days are over have told nobody. `rev` counts the changes. */
const countItem = z.object({ n: z.number(), rev: z.number(), at: z.number() });
export type ChatCount = z.infer<typeof countItem>;

/** Where a sealed title and message belong, so that none can be moved. */
export const titlePlace = (cid: string) => `chat|${cid}|title`;
export const messagePlace = (cid: string, id: string) => `chat|${cid}|${id}`;

export type Quotas = { chatsOfUser: number; messagesOfChat: number };
export type Appended = "stored" | "exists" | "no_chat" | "full";
const deletedKeptSeconds = day;

export class ChatRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
    readonly quotas: Quotas,
  ) {}

  /** The chat, and that it counts: of those who ask at once no more go through than there is room for. */
  creation(chat: StoredChat): Write[] {
    const index = { gsi1pk: keys.chatIndex(chat.uid), gsi1sk: ulid(chat.updated) };
    const room = compare("n", "<", this.quotas.chatsOfUser);
    return [
      { update: keys.chatCount(chat.uid), change: { add: { n: 1, rev: 1 } }, when: room },
      { put: { ...keys.chat(chat.cid), ...chat, ...index, ttl: this.end(chat.days) }, when: absent("pk") },
    ];
  }

  async count(uid: string): Promise<ChatCount | undefined> {
    const item = await this.table.get(keys.chatCount(uid));
    return item && countItem.parse(item);
  }

  /**
   * Counts anew, unless a chat came or went since `seen`: then that count is the newer one. Of those who ask at once one
   * counts, for it reads every chat.
   */
  async recount(uid: string, seen: ChatCount | undefined): Promise<void> {
    if (seen && !(await this.isMineToCount(uid, seen))) return;
    let n = 0;
    let after: Attributes | undefined;
    do {
      const page = await this.page(uid, this.quotas.chatsOfUser, after);
      n += page.items.length;
      after = page.next;
    } while (after);
    const count: ChatCount = { n, rev: (seen?.rev ?? 0) + 1, at: this.clock() };
    try {
      await this.table.put({ ...keys.chatCount(uid), ...count }, seen ? equal("rev", seen.rev) : absent("pk"));
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }

  private async isMineToCount(uid: string, seen: ChatCount): Promise<boolean> {
    try {
      await this.table.update(keys.chatCount(uid), { set: { at: this.clock() } }, equal("at", seen.at));
      return true;
    } catch (error) {
      if (error instanceof ConditionFailed) return false;
      throw error;
    }
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
      return chatItem.parse(await this.table.update(keys.chat(cid), change, all(this.mine(uid), equal("rev", seen))));
    } catch (error) {
      if (error instanceof ConditionFailed) return undefined;
      throw error;
    }
  }

  /** The first transaction hides the chat from every reader and the count; its messages are deleted after that. */
  async remove(uid: string, cid: string, seen?: number): Promise<boolean> {
    const now = seconds(this.clock);
    const change = { set: { deleted: now, ttl: now + deletedKeptSeconds }, remove: ["gsi1pk", "gsi1sk"] };
    const when = seen === undefined ? this.mine(uid) : all(this.mine(uid), equal("rev", seen));
    if (!(await this.count(uid))) await this.recount(uid, undefined);
    try {
      await this.table.transact([
        { update: keys.chat(cid), change, when },
        { update: keys.chatCount(uid), change: { add: { n: -1, rev: 1 } } },
      ]);
    } catch (error) {
      if (error instanceof TransactionCancelled && error.isRefusal) return false;
      throw error;
    }
    await this.removeMessages(cid);
    return true;
  }

  /** One transaction writes the message, counts it and renews the chat's life; its id makes a second try harmless. */
  async append(chat: StoredChat, message: StoredMessage): Promise<Appended> {
    const ttl = this.end(chat.days);
    const when = all(this.mine(chat.uid), compare("n", "<", this.quotas.messagesOfChat));
    const set = { headId: message.id, updated: message.created, gsi1sk: ulid(message.created), ttl };
    try {
      await this.table.transact([
        { update: keys.chat(chat.cid), change: { set, add: { n: 1 } }, when },
        { put: { ...keys.message(chat.cid, message.id), ...message, ttl }, when: absent("pk") },
      ]);
      return "stored";
    } catch (error) {
      if (!(error instanceof TransactionCancelled && error.isRefusal)) throw error;
      if (!(await this.get(chat.uid, chat.cid))) return "no_chat";
      return (await this.message(chat.cid, message.id)) ? "exists" : "full";
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

  /** Of this user, and neither deleted nor past its days, though it may still be in the table. */
  private mine(uid: string): Condition {
    const isAlive = any(absent("ttl"), compare("ttl", ">", seconds(this.clock)));
    return all(equal("uid", uid), absent("deleted"), isAlive);
  }

  private end(days: number | null): number | undefined {
    return days === null ? undefined : seconds(this.clock) + days * day;
  }
}
