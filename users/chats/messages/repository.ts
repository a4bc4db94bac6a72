import * as keys from "../../platform/dynamo/keys.ts";
import { removeItems } from "../../platform/dynamo/partitions.ts";
import {
  type Attributes,
  absent,
  all,
  compare,
  equal,
  present,
  type Table,
  TransactionCancelled,
  type Write,
} from "../../platform/dynamo/table.ts";
import { type Judgement, judged } from "../analytics/repository.ts";
import { messageItem, type Shape, type StoredChat, type StoredMessage, shapeFields, shapeItem } from "../models.ts";
import type { ChatRepository } from "../repository.ts";

export type Appended = "stored" | "exists" | "no_chat" | "no_parent" | "full";
const mostInTransaction = 90;
const tries = 50;

export class MessageRepository {
  constructor(
    private readonly table: Table,
    private readonly chats: ChatRepository,
  ) {}

  /**
   * One transaction writes the message under a parent that is there, counts it and renews the chat's life; its id makes a
   * second try harmless.
   */
  async append(chat: StoredChat, message: StoredMessage, set: Attributes = {}): Promise<Appended> {
    const used = this.chats.used(chat, message.created);
    const room = compare("n", "<", this.chats.quotas.messagesOfChat);
    const change = { set: { ...used.set, ...set, headId: message.id }, remove: used.remove, add: { n: 1 } };
    try {
      await this.table.transact([
        { update: keys.chat(chat.cid), change, when: all(this.chats.mine(chat), room, asSeen(chat)) },
        ...this.storing(chat, message, used.ttl),
      ]);
      return "stored";
    } catch (error) {
      if (!(error instanceof TransactionCancelled && error.isRefusal)) throw error;
      const now = await this.chats.get(chat.uid, chat.cid);
      if (!now) return "no_chat";
      if (await this.get(chat.cid, message.id)) return "exists";
      if (error.failed(2)) return "no_parent";
      const isSame = now.held === chat.held && now.days === chat.days;
      return isSame ? "full" : this.append(now, message, set);
    }
  }

  /** The writes of a message, without those of its chat. */
  storing({ uid, cid }: StoredChat, message: StoredMessage, ttl: number | undefined): Write[] {
    const { terms, ...rest } = message;
    const { id, parent } = rest;
    const part = `M#${id}`;
    return [
      { put: { ...keys.message(cid, id), ...rest, ttl }, when: absent("pk") },
      ...(parent === null ? [] : [{ check: keys.message(cid, parent), when: present("pk") }]),
      ...(terms ? [{ put: { ...keys.searched(uid, cid, part), cid, part, terms, ttl } }] : []),
      // the words of the title last as long as the chat
      { update: keys.searched(uid, cid, "T"), change: titleLasts(cid, ttl) },
    ];
  }

  async get(cid: string, id: string): Promise<StoredMessage | undefined> {
    const item = await this.table.get(keys.message(cid, id));
    return item && messageItem.parse(item);
  }

  async page(cid: string, limit: number, after: Attributes | undefined) {
    const query = { pk: keys.chat(cid).pk, prefix: keys.messagePrefix, limit, descending: true, after };
    const page = await this.table.query(query);
    return { items: page.items.map((item) => messageItem.parse(item)), next: page.next };
  }

  /** Every message without its text, oldest first. */
  async shape(cid: string): Promise<Shape[]> {
    const found: Shape[] = [];
    const query = { pk: keys.chat(cid).pk, prefix: keys.messagePrefix, limit: 1_000, consistent: true };
    let after: Attributes | undefined;
    do {
      const page = await this.table.query({ ...query, only: shapeFields, after });
      found.push(...page.items.map((item) => shapeItem.parse(item)));
      after = page.next;
    } while (after);
    return found;
  }

  /**
   * Deletes a message and all that follows it, the last first, each transaction only while no message was added that it
   * has not seen: what is appended at the same time is either under a message that is gone, and refused, or deleted too.
   */
  async removeBranch(
    uid: string,
    cid: string,
    id: string,
  ): Promise<"removed" | "no_chat" | "no_message" | "held" | "busy"> {
    let outcome: "no_message" | "removed" = "no_message";
    for (let attempt = 0; attempt < tries; attempt++) {
      const chat = await this.chats.get(uid, cid);
      if (!chat) return "no_chat";
      if (chat.held || (await this.chats.count(uid))?.held) return "held";
      const shape = await this.shape(cid);
      const branch = branchOf(shape, id);
      if (branch.length === 0) return outcome;
      outcome = "removed";
      const going = branch.slice(-mostInTransaction);
      const isDone = await this.removeAtOnce(chat, shape, going);
      if (isDone)
        await removeItems(
          this.table,
          going.map((one) => keys.searched(uid, cid, `M#${one.id}`)),
        );
      if (isDone && going.length === branch.length) return "removed";
      if (!isDone) await Bun.sleep(Math.random() * 20);
    }
    return "busy";
  }

  private async removeAtOnce(chat: StoredChat, shape: readonly Shape[], going: readonly Shape[]): Promise<boolean> {
    const gone = new Set(going.map((one) => one.id));
    const isHeadGone = chat.headId !== null && gone.has(chat.headId);
    const head = isHeadGone ? (shape.findLast((one) => !gone.has(one.id))?.id ?? null) : chat.headId;
    const isSummaryGone = chat.summaryOf !== undefined && gone.has(chat.summaryOf);
    const change = {
      set: { headId: head },
      add: { gone: going.length },
      remove: isSummaryGone ? ["summary", "summaryOf"] : [],
    };
    const unchanged = all(this.chats.mine(chat), equal("n", chat.n), equal("headId", chat.headId), absent("held"));
    const deletes = going.map((one) => ({ delete: keys.message(chat.cid, one.id) }));
    try {
      const free = { check: keys.chatCount(chat.uid), when: absent("held") };
      await this.table.transact([{ update: keys.chat(chat.cid), change, when: unchanged }, free, ...deletes]);
      return true;
    } catch (error) {
      if (error instanceof TransactionCancelled && error.isRefusal) return false;
      throw error;
    }
  }

  /** The answer as it was before; of those who judge at once each counts what the one before has said. */
  async judge(
    chat: StoredChat,
    id: string,
    feedback: Judgement,
    note: Uint8Array | undefined,
  ): Promise<StoredMessage | "no_answer" | "busy"> {
    const change = { set: { feedback, note }, remove: [...(feedback ? [] : ["feedback"]), ...(note ? [] : ["note"])] };
    for (let attempt = 0; attempt < tries; attempt++) {
      const before = await this.get(chat.cid, id);
      if (before?.role !== "assistant") return "no_answer";
      const asBefore = before.feedback ? equal("feedback", before.feedback) : absent("feedback");
      const when = all(equal("role", "assistant"), asBefore);
      const writes: Write[] = [{ update: keys.message(chat.cid, id), change, when }];
      if (before.feedback !== feedback) writes.push(judged(chat.uid, before.created, before.feedback, feedback));
      try {
        await this.table.transact(writes);
        return before;
      } catch (error) {
        if (!(error instanceof TransactionCancelled && error.isRefusal)) throw error;
      }
      await Bun.sleep(Math.random() * 20);
    }
    return "busy";
  }
}

const titleLasts = (cid: string, ttl: number | undefined) => ({
  set: { cid, part: "T", ttl },
  remove: ttl === undefined ? ["ttl"] : [],
});

/** What decides when a message ends is as it was read. */
export const asSeen = ({ held, days }: StoredChat) => all(held ? present("held") : absent("held"), equal("days", days));

/** The message and all that follow it; each after the one that it follows. */
export function branchOf(shape: readonly Shape[], id: string): Shape[] {
  const children = Map.groupBy(shape, ({ parent }) => parent);
  const found = shape.filter((one) => one.id === id);
  for (let at = 0; at < found.length; at++) found.push(...(children.get(found[at]?.id ?? null) ?? []));
  return found;
}

/** From the first message to this one; a message whose parent has ended by itself begins the path. */
export function pathTo(shape: readonly Shape[], leaf: string | null): Shape[] {
  const byId = new Map(shape.map((one) => [one.id, one]));
  const path: Shape[] = [];
  for (let one = byId.get(leaf ?? ""); one && path.length <= shape.length; one = byId.get(one.parent ?? ""))
    path.push(one);
  return path.reverse();
}
