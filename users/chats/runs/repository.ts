import { z } from "zod";
import { type Clock, seconds } from "../../platform/clock.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import { itemsOf } from "../../platform/dynamo/partitions.ts";
import {
  absent,
  absentOrExpired,
  all,
  type Change,
  ConditionFailed,
  compare,
  equal,
  type Item,
  present,
  type Table,
  TransactionCancelled,
  type Write,
} from "../../platform/dynamo/table.ts";
import { bytes } from "../../platform/dynamo/values.ts";
import { answered } from "../analytics/repository.ts";
import { asSeen, type MessageRepository } from "../messages/repository.ts";
import type { StoredChat, StoredMessage } from "../models.ts";
import type { ChatRepository } from "../repository.ts";
import { headItem, type Outcome, type RunHead } from "./models.ts";

export type Started = "started" | "exists" | "busy" | "no_chat" | "no_parent" | "full";
export type Kept = "kept" | "stop" | "lost";
export type Batch = { first: number; deltas: Uint8Array };
type Last = {
  message: StoredMessage | undefined;
  batch: Batch | undefined;
  outcome: Outcome;
  lease?: number;
  ms?: number;
  firstMs?: number | undefined;
};
export type RunPlace = { uid: string; cid: string; run: string };
export const leaseMs = 15_000;
const keptSeconds = 3_600;
const batchItem = z.object({ first: z.number(), deltas: bytes });

export class RunRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
    private readonly chats: ChatRepository,
    private readonly messages: MessageRepository,
  ) {}

  /** One run at a time in a chat. Its id is that of its answer, for which there is room from now on. */
  async start(chat: StoredChat, run: string, parent: string): Promise<Started> {
    const { uid, cid } = chat;
    const free = all(this.chats.mine(chat), absent("activeRun"));
    const room = compare("n", "<", this.chats.quotas.messagesOfChat);
    const change = { set: { activeRun: run, runLease: this.leaseEnd() }, add: { n: 1 }, remove: ["stop"] };
    const head = { ...keys.run(uid, run), cid, parent, at: this.clock(), ttl: this.kept() };
    try {
      await this.table.transact([
        { update: keys.chat(cid), change, when: all(free, room) },
        { put: head, when: absentOrExpired(seconds(this.clock)) },
        { check: keys.message(cid, run), when: absent("pk") },
        { check: keys.message(cid, parent), when: all(present("pk"), equal("role", "user")) },
      ]);
      return "started";
    } catch (error) {
      if (!(error instanceof TransactionCancelled && error.isRefusal)) throw error;
      if (error.failed(1) || error.failed(2)) return "exists";
      if (error.failed(3)) return "no_parent";
      const now = await this.chats.get(uid, cid);
      if (!now) return "no_chat";
      return now.activeRun === undefined ? "full" : "busy";
    }
  }

  /** Stores what was said since the last time, and renews the lease with it: nothing is stored under a lost one. */
  async keep({ cid, run }: RunPlace, batch: Batch | undefined): Promise<Kept> {
    const change: Change = { set: { runLease: this.leaseEnd() } };
    const held = all(equal("activeRun", run), absent("stop"), absent("deleted"));
    try {
      if (!batch) await this.table.update(keys.chat(cid), change, held);
      else await this.table.transact([{ update: keys.chat(cid), change, when: held }, this.storing(cid, run, batch)]);
      return "kept";
    } catch (error) {
      if (error instanceof ConditionFailed) return whyNot(error.old, run);
      if (error instanceof TransactionCancelled && error.isRefusal) return whyNot(error.reasons[0]?.old, run);
      throw error;
    }
  }

  /** The end, whole: the chat is free again, the answer stands in it, the last deltas and the outcome are there. */
  async end(chat: StoredChat, run: string, last: Last): Promise<"ended" | "lost" | "no_parent"> {
    const { message, batch, outcome, lease, ms, firstMs } = last;
    const used = this.chats.used(chat, this.clock());
    const tokens = { tokensIn: outcome.usage?.inputTokens ?? 0, tokensOut: outcome.usage?.outputTokens ?? 0 };
    const change = {
      set: { ...used.set, headId: message?.id },
      add: { gone: message ? 0 : 1, ...tokens },
      remove: ["activeRun", "runLease", "stop", ...used.remove],
    };
    const mine = all(
      asSeen(chat),
      this.chats.mine(chat),
      equal("activeRun", run),
      ...(lease === undefined ? [] : [equal("runLease", lease)]),
    );
    const head = {
      update: keys.run(chat.uid, run),
      change: { set: { outcome, cid: chat.cid, at: this.clock(), ttl: this.kept() } },
    };
    try {
      await this.table.transact([
        { update: keys.chat(chat.cid), change, when: mine },
        head,
        ...(batch ? [this.storing(chat.cid, run, batch)] : []),
        ...(message ? this.messages.storing(chat, message, used.ttl) : []),
        answered(chat.uid, this.clock(), { status: outcome.status, ...tokens, ms, firstMs }),
      ]);
      return "ended";
    } catch (error) {
      if (!(error instanceof TransactionCancelled && error.isRefusal)) throw error;
      if (!error.failed(0)) return "no_parent";
      const now = await this.chats.get(chat.uid, chat.cid);
      const isOther = now?.activeRun === run && (now.days !== chat.days || now.held !== chat.held);
      return isOther ? this.end(now, run, last) : "lost";
    }
  }

  /** Asks the run to end, wherever it is; false when it has ended already. */
  async stop({ uid, cid, run }: RunPlace): Promise<boolean> {
    try {
      const when = all(this.chats.mine({ uid }), equal("activeRun", run));
      await this.table.update(keys.chat(cid), { set: { stop: true } }, when);
      return true;
    } catch (error) {
      if (error instanceof ConditionFailed) return false;
      throw error;
    }
  }

  async head(uid: string, run: string): Promise<RunHead | undefined> {
    const item = await this.table.get(keys.run(uid, run));
    return item && headItem.parse(item);
  }

  async batches(cid: string, run: string): Promise<Batch[]> {
    const found: Batch[] = [];
    const query = { pk: keys.chat(cid).pk, prefix: keys.deltasPrefix(run), consistent: true };
    for await (const item of itemsOf(this.table, query)) found.push(batchItem.parse(item));
    return found;
  }

  private storing(cid: string, run: string, { first, deltas }: Batch): Write {
    return { put: { ...keys.deltas(cid, run, first), first, deltas, ttl: this.kept() }, when: absent("pk") };
  }

  private leaseEnd = () => this.clock() + leaseMs;
  private kept = () => seconds(this.clock) + keptSeconds;
}

const whyNot = (now: Item | undefined, run: string): Kept =>
  now?.activeRun === run && now.deleted === undefined && now.stop === true ? "stop" : "lost";
