import { type Clock, isoTime } from "../platform/clock.ts";
import type { Attributes, Write } from "../platform/dynamo/table.ts";
import { type Precondition, stale } from "../platform/http/preconditions.ts";
import { uuid } from "../platform/ids.ts";
import { notFound, Problem, quotaReached } from "../platform/problems.ts";
import type { DataKeys } from "../platform/secrets/data-keys.ts";
import { sealText, unsealText } from "../platform/secrets/sealing.ts";
import { type ChatRepository, messagePlace, type StoredChat, type StoredMessage, titlePlace } from "./repository.ts";
import type { ChatView, MessageView, NewChat, NewMessage } from "./schemas.ts";

/** A user whose chats seem to be all that there may be has them counted anew, at most this often. */
const recountMs = 60_000;

export type Versioned = { rev: number; view: ChatView };

/** Titles and messages are sealed with the user's own data key. Somebody else's chat is reported as not found. */
export class Chats {
  constructor(
    private readonly repository: ChatRepository,
    private readonly keys: DataKeys,
    private readonly clock: Clock,
  ) {}

  /** A new chat, the writes with which it begins to be, and what it means when they do not hold. */
  async create(uid: string, wanted: NewChat): Promise<Versioned & { writes: Write[]; refusal: Problem }> {
    await this.makeRoom(uid);
    const key = await this.keys.keyOf(uid);
    const now = this.clock();
    const cid = uuid(now);
    const chat: StoredChat = {
      cid,
      uid,
      title: sealText(key, wanted.title, titlePlace(cid)),
      n: 0,
      rev: 1,
      days: wanted.retention_days,
      headId: null,
      created: now,
      updated: now,
    };
    const writes = this.repository.creation(chat);
    return { rev: chat.rev, view: chatView(chat, key), writes, refusal: this.allChats() };
  }

  async get(uid: string, cid: string): Promise<Versioned> {
    const chat = await this.own(uid, cid);
    return { rev: chat.rev, view: chatView(chat, await this.keys.keyOf(uid)) };
  }

  async page(uid: string, limit: number, after: Attributes | undefined) {
    const [page, key] = await Promise.all([this.repository.page(uid, limit, after), this.keys.keyOf(uid)]);
    return { items: page.items.map((chat) => chatView(chat, key)), next: page.next };
  }

  async rename(uid: string, cid: string, title: string, precondition: Precondition): Promise<Versioned> {
    const { rev } = await this.own(uid, cid);
    precondition(rev);
    const key = await this.keys.keyOf(uid);
    const chat = await this.repository.rename(uid, cid, sealText(key, title, titlePlace(cid)), rev);
    if (!chat) throw stale();
    return { rev: chat.rev, view: chatView(chat, key) };
  }

  async remove(uid: string, cid: string, precondition?: Precondition): Promise<void> {
    if (!precondition) {
      if (!(await this.repository.remove(uid, cid))) throw notFound("chat");
      return;
    }
    const { rev } = await this.own(uid, cid);
    precondition(rev);
    if (!(await this.repository.remove(uid, cid, rev))) throw stale();
  }

  /** The client's id is the key: the same message again returns the stored one, another text under it is refused. */
  async append(uid: string, cid: string, message: NewMessage): Promise<{ isNew: boolean; view: MessageView }> {
    const chat = await this.own(uid, cid);
    const key = await this.keys.keyOf(uid);
    const { id, role, parent, content } = message;
    const body = sealText(key, content, messagePlace(cid, id));
    const stored = { id, role, parent, body, created: this.clock() };
    const outcome = await this.repository.append(chat, stored);
    if (outcome === "no_chat") throw notFound("chat");
    if (outcome === "full") throw this.allMessages();
    if (outcome === "stored") return { isNew: true, view: messageView(cid, stored, key) };
    const before = await this.repository.message(cid, id);
    const view = before && messageView(cid, before, key);
    if (view?.content !== content || view.role !== role)
      throw new Problem(422, "message_id_reused", "Another message has this id: make a new ulid.");
    return { isNew: false, view };
  }

  async messages(uid: string, cid: string, limit: number, after: Attributes | undefined) {
    await this.own(uid, cid);
    const [page, key] = await Promise.all([this.repository.messages(cid, limit, after), this.keys.keyOf(uid)]);
    return { items: page.items.map((message) => messageView(cid, message, key)), next: page.next };
  }

  /** The first chat of a user begins her count; those that ended by themselves leave it when it says that all are used. */
  private async makeRoom(uid: string): Promise<void> {
    const most = this.repository.quotas.chatsOfUser;
    const seen = await this.repository.count(uid);
    if (seen && (seen.n < most || this.clock() - seen.at < recountMs)) return;
    await this.repository.recount(uid, seen);
  }

  private allChats(): Problem {
    const most = this.repository.quotas.chatsOfUser;
    return quotaReached(`You have ${most} chats, which is all that one may have: delete one.`);
  }

  private allMessages(): Problem {
    const most = this.repository.quotas.messagesOfChat;
    return quotaReached(`This chat has had ${most} messages, which is all that one may have: start another.`);
  }

  private async own(uid: string, cid: string): Promise<StoredChat> {
    const chat = await this.repository.get(uid, cid);
    if (!chat) throw notFound("chat");
    return chat;
  }
}

function chatView(chat: StoredChat, key: Uint8Array): ChatView {
  return {
    id: chat.cid,
    title: unsealText(key, chat.title, titlePlace(chat.cid)),
    n_messages: chat.n,
    head_id: chat.headId,
    retention_days: chat.days,
    created_at: isoTime(chat.created),
    updated_at: isoTime(chat.updated),
  };
}

function messageView(cid: string, { id, role, body, parent, created }: StoredMessage, key: Uint8Array): MessageView {
  return { id, role, content: unsealText(key, body, messagePlace(cid, id)), parent, created_at: isoTime(created) };
}
