import { type Clock, isoTime } from "../platform/clock.ts";
import type { Attributes, Write } from "../platform/dynamo/table.ts";
import { type Precondition, stale } from "../platform/http/preconditions.ts";
import { uuid } from "../platform/ids.ts";
import { notFound, Problem, quotaReached } from "../platform/problems.ts";
import type { DataKeys } from "../platform/secrets/data-keys.ts";
import { sealText, unsealText } from "../platform/secrets/sealing.ts";
import { factsPlace, type StoredChat, searchPlace, titlePlace } from "./models.ts";
import type { ChatRepository } from "./repository.ts";
import type { ChatPatch, ChatView, NewChat } from "./schemas.ts";
import { termsOf } from "./search/words.ts";

/** A user whose chats seem to be all that there may be has them counted anew, at most this often. */
const recountMs = 60_000;
/** How many chats a filtered list looks at for one page. */
const mostLookedAt = 1_000;
const untitled = "New chat";

export type Versioned = { rev: number; view: ChatView };
export type ChatFilter = { folder?: string | undefined; pinned?: boolean | undefined; archived?: boolean | undefined };
/** Stores what a run has said that died with its process; true when the chat is another one after it. */
export type Settle = (chat: StoredChat) => Promise<boolean>;

/** How long a new chat is kept, of what was asked for. */
export type DaysFor = (uid: string, wanted: number | null | undefined) => Promise<number | null>;

/** Titles and messages are sealed with the user's own data key. Somebody else's chat is reported as not found. */
export class Chats {
  constructor(
    private readonly repository: ChatRepository,
    private readonly keys: DataKeys,
    private readonly clock: Clock,
    private readonly settle: Settle,
    private readonly daysFor: DaysFor,
  ) {}

  /** A new chat, the writes with which it begins to be, and what it means when they do not hold. */
  async create(uid: string, wanted: NewChat): Promise<Versioned & { writes: Write[]; refusal: Problem }> {
    const isHeld = await this.makeRoom(uid);
    const key = await this.keys.keyOf(uid);
    const now = this.clock();
    const cid = uuid(now);
    const { title, facts } = wanted;
    const chat: StoredChat = {
      cid,
      uid,
      title: sealText(key, title ?? untitled, titlePlace(cid)),
      titled: title === undefined ? undefined : "user",
      n: 0,
      gone: 0,
      rev: 1,
      days: await this.daysFor(uid, wanted.retention_days),
      headId: null,
      created: now,
      updated: now,
      tokensIn: 0,
      tokensOut: 0,
      farmId: wanted.farm_id,
      facts: facts && sealText(key, JSON.stringify(facts), factsPlace(cid)),
      held: isHeld || undefined,
    };
    const terms = termsOf(key, title ?? "", searchPlace(cid, "T"));
    const writes = this.repository.creation(chat, terms);
    return { rev: chat.rev, view: chatView(chat, key), writes, refusal: this.allChats() };
  }

  async get(uid: string, cid: string): Promise<Versioned> {
    const chat = await this.own(uid, cid);
    return { rev: chat.rev, view: chatView(chat, await this.keys.keyOf(uid)) };
  }

  /** A page of those that pass the filter; of many that do not it looks at no more than a thousand, and the next page goes on. */
  async page(uid: string, limit: number, start: Attributes | undefined, filter: ChatFilter = {}) {
    const key = await this.keys.keyOf(uid);
    const items: ChatView[] = [];
    let after = start;
    let seen = 0;
    do {
      const page = await this.repository.page(uid, limit - items.length, after);
      items.push(...page.items.filter((chat) => passes(chat, filter)).map((chat) => chatView(chat, key)));
      seen += page.items.length;
      after = page.next;
    } while (after && items.length < limit && seen < mostLookedAt);
    return { items, next: after };
  }

  async change(uid: string, cid: string, patch: ChatPatch, precondition: Precondition): Promise<Versioned> {
    const before = await this.own(uid, cid);
    precondition(before.rev);
    const key = await this.keys.keyOf(uid);
    const { title, facts, farm_id, folder_id, is_pinned, is_archived } = patch;
    const set: Attributes = { farmId: farm_id, folder: folder_id, pinned: is_pinned, archived: is_archived };
    if (title !== undefined) Object.assign(set, { title: sealText(key, title, titlePlace(cid)), titled: "user" });
    if (facts) set.facts = sealText(key, JSON.stringify(facts), factsPlace(cid));
    const chat = await this.repository.change(before, set);
    if (chat === "stale") throw stale();
    if (chat === "no_folder") throw notFound("folder");
    if (title !== undefined) await this.repository.named(chat, termsOf(key, title, searchPlace(cid, "T")));
    return { rev: chat.rev, view: chatView(chat, key) };
  }

  async remove(uid: string, cid: string, precondition?: Precondition): Promise<void> {
    const rev = precondition && (await this.own(uid, cid)).rev;
    precondition?.(rev);
    const outcome = await this.repository.remove(uid, cid, rev);
    if (outcome === "held") throw legalHold();
    if (outcome === "no_chat") throw precondition ? stale() : notFound("chat");
  }

  /** The chat as it is stored. */
  async own(uid: string, cid: string): Promise<StoredChat> {
    const chat = await this.repository.get(uid, cid);
    if (!chat) throw notFound("chat");
    return (await this.settle(chat)) ? this.own(uid, cid) : chat;
  }

  /** The first chat of a user begins her count; those that ended by themselves leave it when it says that all are used. */
  async makeRoom(uid: string): Promise<boolean | undefined> {
    const most = this.repository.quotas.chatsOfUser;
    const seen = await this.repository.count(uid);
    const isRoomSure = seen && (seen.n < most || this.clock() - seen.at < recountMs);
    if (!isRoomSure) await this.repository.recount(uid, seen);
    return seen?.held;
  }

  allChats(): Problem {
    const most = this.repository.quotas.chatsOfUser;
    return quotaReached(`You have ${most} chats, which is all that one may have: delete one.`);
  }
}

export const legalHold = () =>
  new Problem(
    409,
    "legal_hold",
    "The chats of this account are under a legal hold: nothing of them can be deleted until an administrator lifts it.",
  );

const passes = (chat: StoredChat, { folder, pinned, archived }: ChatFilter) =>
  (folder === undefined || chat.folder === folder) &&
  (pinned === undefined || (chat.pinned ?? false) === pinned) &&
  (archived === undefined || (chat.archived ?? false) === archived);

export function factsOf({ cid, facts }: StoredChat, key: Uint8Array): string[] {
  return facts ? (JSON.parse(unsealText(key, facts, factsPlace(cid))) as string[]) : [];
}

export function chatView(chat: StoredChat, key: Uint8Array): ChatView {
  return {
    id: chat.cid,
    title: unsealText(key, chat.title, titlePlace(chat.cid)),
    n_messages: Math.max(0, chat.n - chat.gone - (chat.activeRun ? 1 : 0)),
    head_id: chat.headId,
    active_run: chat.activeRun ?? null,
    retention_days: chat.days,
    farm_id: chat.farmId ?? null,
    folder_id: chat.folder ?? null,
    facts: factsOf(chat, key),
    is_pinned: chat.pinned ?? false,
    is_archived: chat.archived ?? false,
    is_held: chat.held ?? false,
    input_tokens: chat.tokensIn,
    output_tokens: chat.tokensOut,
    created_at: isoTime(chat.created),
    updated_at: isoTime(chat.updated),
  };
}
