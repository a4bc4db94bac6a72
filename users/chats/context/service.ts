import type { DataKeys } from "../../platform/secrets/data-keys.ts";
import { sealText, unsealText } from "../../platform/secrets/sealing.ts";
import type { Said } from "../answering.ts";
import { type MessageRepository, pathTo } from "../messages/repository.ts";
import { messagePlace, type Shape, type StoredChat, summaryPlace } from "../models.ts";
import type { ChatRepository } from "../repository.ts";
import { factsOf } from "../service.ts";
import { extract, type Summarise } from "./summaries.ts";

export type Context = { messages: Said[]; summary?: string; facts: string[]; farmId?: string };
const readAtOnce = 25;
/** Of what no summary knows yet so many tokens are read at once, however long the chat is. */
const mostUncovered = 50_000;
/** A message of which nobody knows the size is taken for one of this many tokens. */
const unknownSize = 200;

/** What of a chat is told to who answers: the newest messages within the budget, and a summary of those before. */
export class Contexts {
  constructor(
    private readonly chats: ChatRepository,
    private readonly messages: MessageRepository,
    private readonly keys: DataKeys,
    private readonly budget: number,
    private readonly summarise: Summarise = async (before, said) => extract(before, said),
  ) {}

  async of(chat: StoredChat, leaf: string): Promise<Context> {
    const key = await this.keys.keyOf(chat.uid);
    const path = pathTo(await this.messages.shape(chat.cid), leaf);
    const { window, uncovered } = this.split(chat, path);
    const messages = await this.said(chat.cid, key, window);
    const stored = this.isOn(chat, path) ? summaryOf(chat, key) : undefined;
    // what the last summary does not know yet is not left out, even if nobody has had time for a better one
    const read = newest(uncovered);
    const gap = await this.said(chat.cid, key, read);
    const told = gap.length > 0 ? extract(stored, gap) : stored;
    const nUnread = uncovered.length - read.length;
    const summary = nUnread > 0 ? `(${nUnread} earlier messages are not told here.)\n${told}` : told;
    const facts = factsOf(chat, key);
    return { messages, facts, ...(summary && { summary }), ...(chat.farmId && { farmId: chat.farmId }) };
  }

  /** Takes what no longer fits into the summary, the oldest first; of two who do so at once one is stored. */
  async roll(uid: string, cid: string, signal: AbortSignal): Promise<boolean> {
    const chat = await this.chats.get(uid, cid);
    if (!chat?.headId) return false;
    const path = pathTo(await this.messages.shape(cid), chat.headId);
    const uncovered = oldest(this.split(chat, path).uncovered);
    const last = uncovered.at(-1);
    if (!last) return false;
    const key = await this.keys.keyOf(uid);
    const before = this.isOn(chat, path) ? summaryOf(chat, key) : undefined;
    const summary = await this.summarise(before, await this.said(cid, key, uncovered), signal);
    return this.chats.summarised(chat, sealText(key, summary, summaryPlace(cid)), last.id);
  }

  private split(chat: StoredChat, path: readonly Shape[]): { window: Shape[]; uncovered: Shape[] } {
    let left = this.budget;
    let from = path.length;
    while (from > 0) {
      const one = path[from - 1];
      left -= one ? sizeOf(one) : 0;
      // the question itself is always told
      if (left < 0 && from < path.length) break;
      from--;
    }
    const covered = path.findIndex(({ id }) => id === chat.summaryOf) + 1;
    return { window: path.slice(from), uncovered: path.slice(Math.min(covered, from), from) };
  }

  private isOn = (chat: StoredChat, path: readonly Shape[]) => path.some(({ id }) => id === chat.summaryOf);

  private async said(cid: string, key: Uint8Array, wanted: readonly Shape[]): Promise<Said[]> {
    const found: Said[] = [];
    for (let from = 0; from < wanted.length; from += readAtOnce) {
      const some = wanted.slice(from, from + readAtOnce).map(({ id }) => this.messages.get(cid, id));
      for (const one of await Promise.all(some))
        if (one) found.push({ role: one.role, content: unsealText(key, one.body, messagePlace(cid, one.id)) });
    }
    return found;
  }
}

const sizeOf = ({ size }: Shape) => size ?? unknownSize;

/** The first of them that may be read at once; one always is. */
function oldest(shapes: readonly Shape[]): Shape[] {
  let size = 0;
  let end = 0;
  for (const shape of shapes) {
    size += sizeOf(shape);
    if (size > mostUncovered && end > 0) break;
    end++;
  }
  return shapes.slice(0, end);
}

const newest = (shapes: readonly Shape[]): Shape[] => oldest(shapes.toReversed()).reverse();

const summaryOf = ({ cid, summary }: StoredChat, key: Uint8Array) =>
  summary && unsealText(key, summary, summaryPlace(cid));
