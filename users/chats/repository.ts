import { type Clock, day, seconds } from "../platform/clock.ts";
import * as keys from "../platform/dynamo/keys.ts";
import { emptyPartition, itemsOf } from "../platform/dynamo/partitions.ts";
import {
  type Attributes,
  absent,
  all,
  any,
  type Condition,
  ConditionFailed,
  compare,
  equal,
  present,
  type Table,
  TransactionCancelled,
  type Write,
} from "../platform/dynamo/table.ts";
import { ulid } from "../platform/ids.ts";
import { folderStands } from "./folders/repository.ts";
import { type ChatCount, chatItem, countItem, type Removal, removalItem, type StoredChat } from "./models.ts";

export type Quotas = { chatsOfUser: number; messagesOfChat: number };
export type Removed = "removed" | "no_chat" | "held";
const deletedKeptSeconds = day;

export class ChatRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
    readonly quotas: Quotas,
  ) {}

  /** The chat, and that it counts: of those who ask at once no more go through than there is room for. */
  creation(chat: StoredChat, terms: Uint8Array): Write[] {
    const index = { gsi1pk: keys.chatIndex(chat.uid), gsi1sk: ulid(chat.updated) };
    const room = compare("n", "<", this.quotas.chatsOfUser);
    const isHeld = chat.held ? present("held") : absent("held");
    return [
      { update: keys.chatCount(chat.uid), change: { add: { n: 1, rev: 1 } }, when: all(room, isHeld) },
      { put: { ...keys.chat(chat.cid), ...chat, ...index, ttl: this.end(chat) }, when: absent("pk") },
      { put: { ...keys.searched(chat.uid, chat.cid, "T"), cid: chat.cid, part: "T", terms, ttl: this.end(chat) } },
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
    const count: ChatCount = { n, rev: (seen?.rev ?? 0) + 1, at: this.clock(), held: seen?.held };
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

  /** Whether this id is free for a chat of this user, hers already, or neither. */
  async stateOf(uid: string, cid: string): Promise<"free" | "hers" | "taken"> {
    const item = await this.table.get(keys.chat(cid));
    if (!item) return "free";
    const { uid: owner, deleted } = chatItem.parse(item);
    return owner === uid && deleted === undefined ? "hers" : "taken";
  }

  /** Most recently used first. */
  async page(uid: string, limit: number, after: Attributes | undefined) {
    const page = await this.table.query({ pk: keys.chatIndex(uid), index: "gsi1", limit, descending: true, after });
    return { items: page.items.map((item) => chatItem.parse(item)), next: page.next };
  }

  /** Changes what its owner says of a chat, if it is still as she has seen it and its folder stands. */
  async change(chat: StoredChat, set: Attributes): Promise<StoredChat | "stale" | "no_folder"> {
    const write = {
      update: keys.chat(chat.cid),
      change: { set, add: { rev: 1 } },
      when: all(this.mine(chat), equal("rev", chat.rev)),
    };
    try {
      if (typeof set.folder !== "string")
        return chatItem.parse(await this.table.update(write.update, write.change, write.when));
      await this.table.transact([write, folderStands(chat.uid, set.folder)]);
      return (await this.get(chat.uid, chat.cid)) ?? "stale";
    } catch (error) {
      if (error instanceof ConditionFailed) return "stale";
      if (!(error instanceof TransactionCancelled && error.isRefusal)) throw error;
      return error.failed(0) ? "stale" : "no_folder";
    }
  }

  /** Takes the chat out of a folder that goes; it may have left that by itself. */
  async leaveFolder(chat: StoredChat, folder: string): Promise<void> {
    const change = { set: { folder: null }, add: { rev: 1 } };
    try {
      await this.table.update(keys.chat(chat.cid), change, all(this.mine(chat), equal("folder", folder)));
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }

  /** The words of a title, to be found by. */
  async named(chat: StoredChat, terms: Uint8Array): Promise<void> {
    const { uid, cid } = chat;
    await this.table.put({ ...keys.searched(uid, cid, "T"), cid, part: "T", terms, ttl: this.end(chat) });
  }

  /** Stores a summary, unless another one has come in between or its last message has gone. */
  async summarised(chat: StoredChat, summary: Uint8Array, upTo: string): Promise<boolean> {
    const unchanged = chat.summaryOf === undefined ? absent("summaryOf") : equal("summaryOf", chat.summaryOf);
    try {
      await this.table.transact([
        {
          update: keys.chat(chat.cid),
          change: { set: { summary, summaryOf: upTo } },
          when: all(this.mine(chat), unchanged),
        },
        { check: keys.message(chat.cid, upTo), when: present("pk") },
      ]);
      return true;
    } catch (error) {
      if (error instanceof TransactionCancelled && error.isRefusal) return false;
      throw error;
    }
  }

  /** The first transaction hides the chat from every reader and the count; what is in it is deleted after that. */
  async remove(uid: string, cid: string, seen?: number): Promise<Removed> {
    const now = seconds(this.clock);
    // out of the list, but still to be found when its owner is erased
    const change = { set: { deleted: now, ttl: now + deletedKeptSeconds, gsi1pk: keys.goneChatIndex(uid) } };
    const mine = this.mine({ uid });
    const when = seen === undefined ? mine : all(mine, equal("rev", seen));
    if (!(await this.count(uid))) await this.recount(uid, undefined);
    try {
      await this.table.transact([
        { update: keys.chat(cid), change, when },
        { update: keys.chatCount(uid), change: { add: { n: -1, rev: 1 } }, when: absent("held") },
        { put: { ...keys.chatRemoval(cid), uid, cid } },
      ]);
    } catch (error) {
      if (error instanceof TransactionCancelled && error.isRefusal) return error.failed(0) ? "no_chat" : "held";
      throw error;
    }
    await this.removeContent({ uid, cid });
    return "removed";
  }

  /** Chats whose deletion a process did not live to finish, those that are on their way now, and imports that were given up. */
  async removals(): Promise<Removal[]> {
    const found: Removal[] = [];
    const now = seconds(this.clock);
    for await (const item of itemsOf(this.table, { pk: keys.chatRemovals })) {
      const removal = removalItem.parse(item);
      if (removal.going || removal.due === undefined || removal.due < now) found.push(removal);
    }
    return found;
  }

  async removeContent({ uid, cid, due }: Removal): Promise<void> {
    if (due !== undefined && !(await this.giveUp(cid, due))) return;
    await emptyPartition(this.table, keys.searched(uid, cid, "").pk, keys.searchOf(cid));
    for (const prefix of keys.chatContent) await emptyPartition(this.table, keys.chat(cid).pk, prefix);
    await this.table.delete(keys.chatRemoval(cid));
  }

  /** From here on nobody finishes this import; false when somebody has, or goes on with it. */
  private async giveUp(cid: string, due: number): Promise<boolean> {
    try {
      await this.table.update(keys.chatRemoval(cid), { set: { going: true } }, equal("due", due));
      return true;
    } catch (error) {
      if (error instanceof ConditionFailed) return false;
      throw error;
    }
  }

  /** Of this user, and neither deleted nor past its days, though it may still be in the table. */
  mine({ uid }: Pick<StoredChat, "uid">): Condition {
    const isAlive = any(absent("ttl"), compare("ttl", ">", seconds(this.clock)));
    return all(equal("uid", uid), absent("deleted"), isAlive);
  }

  /** What a use of the chat changes in it: its place in the list, and its end. */
  used(chat: StoredChat, at: number): { set: Attributes; remove: string[]; ttl: number | undefined } {
    const ttl = this.end(chat);
    return { set: { updated: at, gsi1sk: ulid(at), ttl }, remove: ttl === undefined ? ["ttl"] : [], ttl };
  }

  end({ days, held }: Pick<StoredChat, "days" | "held">): number | undefined {
    return days === null || held ? undefined : seconds(this.clock) + days * day;
  }
}
