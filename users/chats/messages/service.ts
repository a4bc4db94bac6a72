import { type Clock, isoTime } from "../../platform/clock.ts";
import type { Attributes } from "../../platform/dynamo/table.ts";
import { notFound, Problem, quotaReached } from "../../platform/problems.ts";
import type { DataKeys } from "../../platform/secrets/data-keys.ts";
import { sealText, unsealText } from "../../platform/secrets/sealing.ts";
import type { Judgement } from "../analytics/repository.ts";
import { tokensOf } from "../context/tokens.ts";
import {
  extrasPlace,
  messagePlace,
  notePlace,
  type Shape,
  type StoredChat,
  type StoredMessage,
  searchPlace,
  titlePlace,
} from "../models.ts";
import { termsOf } from "../search/words.ts";
import { type Chats, legalHold } from "../service.ts";
import { branchOf, type MessageRepository, pathTo } from "./repository.ts";
import type { Attachment, BranchView, MessageView, NewFeedback, NewMessage, StoredPart } from "./schemas.ts";

export type Extras = { attachments?: Attachment[] | undefined; parts?: StoredPart[] | undefined };

export type OnJudged = (
  roles: readonly string[],
  tools: readonly string[],
  before: Judgement,
  after: Judgement,
) => void;

export class Messages {
  constructor(
    private readonly repository: MessageRepository,
    private readonly chats: Chats,
    private readonly keys: DataKeys,
    private readonly clock: Clock,
    private readonly messagesOfChat: number,
    private readonly onJudged: OnJudged = () => undefined,
  ) {}

  /** The client's id is the key: the same message again returns the stored one, another text under it is refused. */
  async append(uid: string, cid: string, message: NewMessage): Promise<{ isNew: boolean; view: MessageView }> {
    const chat = await this.chats.own(uid, cid);
    const key = await this.keys.keyOf(uid);
    const { id, role, content, attachments } = message;
    if (message.parent === id) throw notFound("message to follow");
    // sent again, it is the last one itself
    const last = chat.headId === id ? null : chat.headId;
    const parent = message.parent === undefined ? last : message.parent;
    const stored = newMessage(chat, key, { id, role, parent, created: this.clock() }, content, { attachments });
    const outcome = await this.repository.append(chat, stored, firstTitle(chat, key, message));
    if (outcome === "no_chat") throw notFound("chat");
    if (outcome === "no_parent") throw notFound("message to follow");
    if (outcome === "full") throw this.allMessages();
    if (outcome === "stored") return { isNew: true, view: messageView(cid, stored, key) };
    const before = await this.repository.get(cid, id);
    const view = before && messageView(cid, before, key);
    const isElsewhere = message.parent !== undefined && view?.parent !== message.parent;
    if (view?.content !== content || view.role !== role || isElsewhere)
      throw new Problem(422, "message_id_reused", "Another message has this id: make a new ulid.");
    return { isNew: false, view };
  }

  async page(uid: string, cid: string, limit: number, after: Attributes | undefined) {
    await this.chats.own(uid, cid);
    const [page, key] = await Promise.all([this.repository.page(cid, limit, after), this.keys.keyOf(uid)]);
    return { items: page.items.map((message) => messageView(cid, message, key)), next: page.next };
  }

  /** The messages that lead to one, newest first; `before` is the last one of the page before. */
  async branch(uid: string, cid: string, leaf: string, limit: number, before: Attributes | undefined) {
    await this.chats.own(uid, cid);
    const path = pathTo(await this.repository.shape(cid), leaf).reverse();
    if (path.length === 0) throw notFound("message");
    const from = before ? path.findIndex(({ id }) => id === before.id) + 1 : 0;
    const page = path.slice(from, from + limit);
    const items = await this.views(uid, cid, page);
    const last = page.at(-1);
    return { items, next: last && from + limit < path.length ? { id: last.id } : undefined };
  }

  /** Each message that nothing follows ends a branch; the one with the newest end first. */
  async branches(uid: string, cid: string, limit: number, before: Attributes | undefined) {
    const { headId } = await this.chats.own(uid, cid);
    const shape = await this.repository.shape(cid);
    const children = Map.groupBy(shape, ({ parent }) => parent);
    const leaves = shape.filter(({ id }) => !children.has(id)).reverse();
    const from = before ? leaves.findIndex(({ id }) => id === before.id) + 1 : 0;
    const items = leaves.slice(from, from + limit).map((leaf): BranchView => {
      const path = pathTo(shape, leaf.id);
      const fork = path.findLast(({ id }) => (children.get(id)?.length ?? 0) > 1);
      const { id, created } = leaf;
      const shared = { id, forked_from: fork?.id ?? null, n_messages: path.length };
      return { ...shared, is_current: id === headId, updated_at: isoTime(created) };
    });
    const last = items.at(-1);
    return { items, next: last && from + limit < leaves.length ? { id: last.id } : undefined };
  }

  /** All messages of a chat, oldest first. */
  async all(uid: string, cid: string): Promise<MessageView[]> {
    await this.chats.own(uid, cid);
    return this.views(uid, cid, await this.repository.shape(cid));
  }

  async removeBranch(uid: string, cid: string, id: string): Promise<void> {
    const outcome = await this.repository.removeBranch(uid, cid, id);
    if (outcome === "no_chat") throw notFound("chat");
    if (outcome === "no_message") throw notFound("message");
    if (outcome === "held") throw legalHold();
    if (outcome === "busy")
      throw new Problem(
        409,
        "chat_busy",
        "Messages are being added all the time: delete the branch again in a moment.",
      );
  }

  async judge(
    { uid, roles }: { uid: string; roles: readonly string[] },
    cid: string,
    id: string,
    given: NewFeedback,
  ): Promise<MessageView> {
    const chat = await this.chats.own(uid, cid);
    const key = await this.keys.keyOf(uid);
    const feedback = given.feedback ?? undefined;
    const note = feedback && given.note ? sealText(key, given.note, notePlace(cid, id)) : undefined;
    const before = await this.repository.judge(chat, id, feedback, note);
    if (before === "no_answer") throw notFound("answer");
    if (before === "busy")
      throw new Problem(409, "chat_busy", "This answer is being judged all the time: say it again in a moment.");
    const view = messageView(cid, { ...before, feedback, note }, key);
    this.onJudged(roles, toolsOf(view.parts), before.feedback, feedback);
    return view;
  }

  /** In the order asked for; those that have gone meanwhile are left out. */
  async views(uid: string, cid: string, wanted: readonly Shape[]): Promise<MessageView[]> {
    const key = await this.keys.keyOf(uid);
    const found: MessageView[] = [];
    for (let from = 0; from < wanted.length; from += readAtOnce) {
      const some = wanted.slice(from, from + readAtOnce);
      const stored = await Promise.all(some.map(({ id }) => this.repository.get(cid, id)));
      found.push(...stored.filter((one) => one !== undefined).map((one) => messageView(cid, one, key)));
    }
    return found;
  }

  private allMessages(): Problem {
    const most = this.messagesOfChat;
    return quotaReached(`This chat has had ${most} messages, which is all that one may have: start another.`);
  }
}

const readAtOnce = 25;
/** Which tools an answer has used. */
const toolsOf = (parts: readonly StoredPart[]) =>
  parts.filter(({ type }) => type === "tool").map(({ name }) => String(name));

export { branchOf, pathTo };

export function newMessage(
  chat: StoredChat,
  key: Uint8Array,
  facts: Omit<StoredMessage, "body" | "extras" | "size" | "terms">,
  content: string,
  extras: Extras,
): StoredMessage {
  const terms = termsOf(key, content, searchPlace(chat.cid, `M#${facts.id}`));
  return { ...sealedMessage(chat, key, facts, content, extras), terms };
}

/** The same without its words: those of an import lie beside the chat. */
export function sealedMessage(
  { cid }: Pick<StoredChat, "cid">,
  key: Uint8Array,
  facts: Omit<StoredMessage, "body" | "extras" | "size" | "terms">,
  content: string,
  extras: Extras,
): StoredMessage {
  const hasExtras = (extras.attachments?.length ?? 0) + (extras.parts?.length ?? 0) > 0;
  return {
    ...facts,
    body: sealText(key, content, messagePlace(cid, facts.id)),
    size: tokensOf(content),
    extras: hasExtras ? sealText(key, JSON.stringify(extras), extrasPlace(cid, facts.id)) : undefined,
  };
}

/** The first question names a chat that nobody has named. */
function firstTitle(chat: StoredChat, key: Uint8Array, { role, content }: NewMessage): Attributes {
  if (chat.titled !== undefined || role !== "user") return {};
  const [line = ""] = content.trim().split("\n");
  const [sentence = line] = line.match(/^.*?[.?!](?=\s|$)/) ?? [];
  const short = sentence.length > 60 ? `${sentence.slice(0, 60).replace(/\s+\S*$/, "")}…` : sentence;
  return short ? { title: sealText(key, short, titlePlace(chat.cid)), titled: "derived" } : {};
}

export function messageView(cid: string, message: StoredMessage, key: Uint8Array): MessageView {
  const { id, role, body, parent, created, status, extras, note } = message;
  const opened: Extras = extras ? JSON.parse(unsealText(key, extras, extrasPlace(cid, id))) : {};
  return {
    id,
    role,
    content: unsealText(key, body, messagePlace(cid, id)),
    parent,
    status: status ?? "complete",
    parts: opened.parts ?? [],
    attachments: opened.attachments ?? [],
    model: message.model ?? null,
    input_tokens: message.tokensIn ?? null,
    output_tokens: message.tokensOut ?? null,
    feedback: message.feedback ?? null,
    note: note ? unsealText(key, note, notePlace(cid, id)) : null,
    created_at: isoTime(created),
  };
}
