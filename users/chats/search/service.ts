import type { Attributes } from "../../platform/dynamo/table.ts";
import { Problem } from "../../platform/problems.ts";
import type { DataKeys } from "../../platform/secrets/data-keys.ts";
import type { MessageRepository } from "../messages/repository.ts";
import { messageView } from "../messages/service.ts";
import { type StoredChat, searchPlace } from "../models.ts";
import type { ChatRepository } from "../repository.ts";
import { chatView } from "../service.ts";
import { type Entry, type SearchRepository, whole } from "./repository.ts";
import type { SearchHit } from "./schemas.ts";
import { mostPrints, plainly, printOf, printsIn, sealPrints, wordsOf } from "./words.ts";

const pageSize = 1_000;
/** Entries that one request reads; the next page goes on. */
const mostEntries = 40_000;
const snippetsOfChat = 3;
const mergeFrom = 8;
const mostMergedAtOnce = 20;
const mostMerged = 90;
const mostMergedBytes = 4 * mostPrints;
const fullBytes = mostMergedBytes / 2;

/**
 * Which chats hold all words of a query. Bodies are sealed, so a sealed entry of keyed prints of words decides which chats
 * are opened at all; what is told was read in the chat itself.
 */
export class Search {
  constructor(
    private readonly repository: SearchRepository,
    private readonly chats: ChatRepository,
    private readonly messages: MessageRepository,
    private readonly keys: DataKeys,
  ) {}

  async find(uid: string, query: string, limit: number, start: Attributes | undefined) {
    const words = wordsOf(query);
    if (words.length === 0)
      throw new Problem(422, "no_word", "The query holds no word: give letters or digits, two at least.");
    const key = await this.keys.keyOf(uid);
    const wanted = words.map((word) => printOf(key, word));
    const items: SearchHit[] = [];
    const state = { looked: 0, merged: 0, after: start };
    for await (const entries of this.byChat(uid, start, state)) {
      const [first] = entries;
      if (!first) continue;
      state.looked++;
      const prints = entries.map((entry) => printsOf(key, entry));
      await this.mergeSome(uid, key, entries, state);
      if (!wanted.every((print) => prints.some((some) => some.includes(print)))) continue;
      const chat = await this.chats.get(uid, first.cid);
      if (!chat) await this.repository.forget(uid, entries);
      const hit = chat && (await this.hit(chat, key, words));
      if (hit) items.push(hit);
      state.after = this.repository.after(uid, first.cid);
      if (items.length >= limit) return { items, searched: state.looked, isComplete: false, next: state.after };
    }
    const isComplete = state.after === undefined;
    return { items, searched: state.looked, isComplete, next: state.after };
  }

  /** All entries of one chat at a time, until none are left or enough were read. */
  private async *byChat(
    uid: string,
    start: Attributes | undefined,
    state: { after: Attributes | undefined },
  ): AsyncIterable<Entry[]> {
    let entries: Entry[] = [];
    let after = start;
    let read = 0;
    do {
      const page = await this.repository.page(uid, pageSize, after);
      read += page.items.length;
      for (const entry of page.items) {
        if (entries[0] && entries[0].cid !== entry.cid) {
          yield entries;
          entries = [];
        }
        entries.push(entry);
      }
      after = page.next;
    } while (after && read < mostEntries);
    const last = entries[0]?.cid;
    if (after && last) {
      // the entries of the last chat may go on: it is looked at anew, after the one before it
      state.after = { ...this.repository.after(uid, last), sk: `${this.repository.after(uid, last).sk}~` };
      return;
    }
    if (entries.length > 0) yield entries;
    state.after = undefined;
  }

  /** Many small entries of a chat become one; that of its title stays, for it lasts as long as the chat. */
  private async mergeSome(
    uid: string,
    key: Uint8Array,
    entries: readonly Entry[],
    state: { merged: number },
  ): Promise<void> {
    const some = fitting(entries);
    const [first] = some;
    if (!first || some.length < mergeFrom || state.merged++ >= mostMergedAtOnce) return;
    const prints = new Set(some.flatMap((entry) => [...printsOf(key, entry)]));
    const into = some.find(({ part }) => whole.test(part))?.part ?? freeName(entries);
    await this.repository.merge(uid, some, into, sealPrints(key, prints, searchPlace(first.cid, into)));
  }

  /** What of a chat answers the query, read in the chat. */
  private async hit(chat: StoredChat, key: Uint8Array, words: readonly string[]): Promise<SearchHit | undefined> {
    const view = chatView(chat, key);
    const missing = new Set(words);
    for (const word of wordsOf(view.title)) missing.delete(word);
    const snippets: SearchHit["snippets"] = [];
    let after: Attributes | undefined;
    do {
      const page = await this.messages.page(chat.cid, 100, after);
      for (const stored of page.items) {
        const { id, role, content } = messageView(chat.cid, stored, key);
        const held = wordsOf(content).filter((word) => words.includes(word));
        if (held.length === 0) continue;
        for (const word of held) missing.delete(word);
        if (snippets.length < snippetsOfChat)
          snippets.push({ message_id: id, role, text: around(content, held[0] ?? "") });
      }
      after = page.next;
    } while (after && (missing.size > 0 || snippets.length < snippetsOfChat));
    return missing.size === 0 ? { chat: view, snippets } : undefined;
  }
}

/** What may become one entry: the sum is what an item takes, and what is nearly full stays as it is. */
function fitting(entries: readonly Entry[]): Entry[] {
  const found: Entry[] = [];
  let left = mostMergedBytes;
  for (const entry of entries) {
    const isSmall = entry.part !== "T" && entry.terms.length < Math.min(fullBytes, left);
    if (!isSmall || found.length >= mostMerged) continue;
    found.push(entry);
    left -= entry.terms.length;
  }
  return found;
}

function freeName(entries: readonly Entry[]): string {
  const used = new Set(entries.map(({ part }) => part));
  let n = 0;
  while (used.has(`C${n}`)) n++;
  return `C${n}`;
}

const printsOf = (key: Uint8Array, { cid, part, terms }: Entry): Uint32Array =>
  terms.length === 0 ? new Uint32Array() : printsIn(key, terms, searchPlace(cid, part));

/** The words around the first place where it stands. */
function around(content: string, word: string): string {
  const flat = plainly(content);
  const at = Math.max(0, flat.indexOf(word) - 60);
  const text = content.slice(at, at + 160).replace(/\s+/g, " ");
  return `${at > 0 ? "…" : ""}${text}${at + 160 < content.length ? "…" : ""}`;
}
