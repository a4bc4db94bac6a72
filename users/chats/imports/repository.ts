import { type Clock, seconds } from "../../platform/clock.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import { standing } from "../../platform/dynamo/partitions.ts";
import { absent, all, equal, type Table, TransactionCancelled, type Write } from "../../platform/dynamo/table.ts";
import type { StoredChat, StoredMessage } from "../models.ts";
import type { ChatRepository } from "../repository.ts";

export type Terms = { title: Uint8Array; whole: readonly Uint8Array[] };

const leaseSeconds = 60;
const atOnce = 50;

/** Nothing of what is being imported is seen before the transaction that makes the chat; what dies before is removed. */
export class ImportRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
    private readonly chats: ChatRepository,
  ) {}

  state = (uid: string, cid: string) => this.chats.stateOf(uid, cid);

  /** One at a time brings a chat in, where none is: whoever holds its mark. What had the mark before must have been given up. */
  async claim(uid: string, cid: string, mark: string): Promise<"claimed" | "busy" | "exists"> {
    const item = { ...keys.chatRemoval(cid), uid, cid, mark, due: seconds(this.clock) + leaseSeconds };
    const outcome = await this.attempt([
      { put: item, when: absent("pk") },
      { check: keys.chat(cid), when: absent("pk") },
    ]);
    if (outcome === "done") return "claimed";
    return outcome === 0 ? "busy" : "exists";
  }

  /** False once the mark is somebody else's. */
  async bring(chat: StoredChat, messages: readonly StoredMessage[], mark: string): Promise<boolean> {
    const ttl = this.chats.end(chat);
    for (let from = 0; from < messages.length; from += atOnce) {
      const change = { set: { due: seconds(this.clock) + leaseSeconds } };
      const some = messages.slice(from, from + atOnce);
      const outcome = await this.attempt([
        { update: keys.chatRemoval(chat.cid), change, when: this.held(mark) },
        ...some.map((message) => ({ put: { ...keys.message(chat.cid, message.id), ...message, ttl } })),
      ]);
      if (outcome !== "done") return false;
    }
    return true;
  }

  /** The chat begins to be, with its words and its folder, in one transaction; the conditions are those of a new chat. */
  async finish(
    chat: StoredChat,
    terms: Terms,
    folder: readonly Write[],
    mark: string,
  ): Promise<"made" | "no_room" | "taken" | "no_folder" | "lost"> {
    const { uid, cid } = chat;
    const ttl = this.chats.end(chat);
    const words = terms.whole.map((prints, n) => {
      const part = `C${n}`;
      return { put: { ...keys.searched(uid, cid, part), cid, part, terms: prints, ttl, rev: 0 } };
    });
    const [room, head, ...rest] = this.chats.creation(chat, terms.title);
    const marked: Write = { delete: keys.chatRemoval(cid), when: this.held(mark) };
    const writes = [room, head, marked, standing(uid), ...rest, ...words].filter((write) => write !== undefined);
    const outcome = await this.attempt([...writes, ...folder]);
    if (outcome === "done") return "made";
    if (outcome >= writes.length) return "no_folder";
    return (["no_room", "taken"] as const)[outcome] ?? "lost";
  }

  /** Ends what this import has brought, unless it is somebody else's by now. */
  async giveUp(uid: string, cid: string, mark: string): Promise<void> {
    const outcome = await this.attempt([
      { update: keys.chatRemoval(cid), change: { set: { due: 0 } }, when: this.held(mark) },
    ]);
    if (outcome === "done") await this.chats.removeContent({ uid, cid, due: 0 });
  }

  private held = (mark: string) => all(equal("mark", mark), absent("going"));

  /** The first write whose condition does not hold, else done. */
  private async attempt(writes: readonly Write[]): Promise<"done" | number> {
    try {
      await this.table.transact(writes);
      return "done";
    } catch (error) {
      if (!(error instanceof TransactionCancelled && error.isRefusal)) throw error;
      return writes.findIndex((_, index) => error.failed(index));
    }
  }
}
