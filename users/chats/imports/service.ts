import type { Clock } from "../../platform/clock.ts";
import { digest, hash } from "../../platform/hashes.ts";
import { randomText, uuidFrom } from "../../platform/ids.ts";
import { Problem, quotaReached } from "../../platform/problems.ts";
import type { DataKeys } from "../../platform/secrets/data-keys.ts";
import { sealText } from "../../platform/secrets/sealing.ts";
import type { Folders } from "../folders/service.ts";
import { sealedMessage } from "../messages/service.ts";
import { factsPlace, notePlace, type StoredChat, type StoredMessage, searchPlace, titlePlace } from "../models.ts";
import { manyTermsOf, termsOf } from "../search/words.ts";
import type { Chats, DaysFor, Versioned } from "../service.ts";
import { chatView } from "../service.ts";
import type { ImportRepository } from "./repository.ts";
import { refuseFaults } from "./rules.ts";
import type { ChatFile, FileMessage } from "./schemas.ts";

export type ImportParts = {
  repository: ImportRepository;
  chats: Chats;
  folders: Folders;
  keys: DataKeys;
  clock: Clock;
  daysFor: DaysFor;
  messagesOfChat: number;
};
export type Imported = Versioned & { isNew: boolean };

/** How often a chat may have come and gone by the same file. */
const mostIds = 50;
const mostFolderTries = 5;
const waits = 100;
const waitMs = 100;

/** Chats out of files. The same file gives the same chat: it is there, or it is made, whole or not at all. */
export class Imports {
  constructor(private readonly parts: ImportParts) {}

  async bring(uid: string, file: ChatFile): Promise<Imported> {
    const { repository, keys, clock, messagesOfChat } = this.parts;
    refuseFaults(file, clock());
    if (file.messages.length > messagesOfChat)
      throw quotaReached(
        `A chat may have ${messagesOfChat} messages, and this one has ${file.messages.length}: leave some out.`,
      );
    if ((await repository.state(uid, file.chat.id)) === "hers") return this.found(uid, file.chat.id);
    const key = await keys.keyOf(uid);
    const print = hash(JSON.stringify(file));
    for (let n = 0; n < mostIds; n++) {
      const cid = uuidFrom(Date.parse(file.chat.created_at), digest(key, "chat-import", `${print}|${n}`));
      const brought = await this.bringAs(uid, cid, file, key);
      if (brought) return brought;
    }
    throw quotaReached("This chat was imported and deleted many times within a day: try again tomorrow.");
  }

  /** Undefined when a chat of this id has been, and is there no more. */
  private async bringAs(uid: string, cid: string, file: ChatFile, key: Uint8Array): Promise<Imported | undefined> {
    const { repository } = this.parts;
    const mark = randomText(16);
    for (let n = 0; n < waits; n++) {
      const state = await repository.state(uid, cid);
      if (state === "hers") return this.found(uid, cid);
      if (state === "taken") return undefined;
      const claim = await repository.claim(uid, cid, mark);
      if (claim === "claimed") return this.make(uid, cid, file, key, mark);
      if (claim === "exists") return (await repository.state(uid, cid)) === "hers" ? this.found(uid, cid) : undefined;
      await Bun.sleep(waitMs);
    }
    throw underWay();
  }

  private async make(
    uid: string,
    cid: string,
    file: ChatFile,
    key: Uint8Array,
    mark: string,
  ): Promise<Imported | undefined> {
    const { repository, folders, chats } = this.parts;
    const isHeld = await chats.makeRoom(uid);
    const chat = { ...(await this.stored(uid, cid, file, key)), held: isHeld || undefined };
    const messages = file.messages.map((message) => messageOf(chat, message, key));
    if (!(await repository.bring(chat, messages, mark))) throw underWay();
    const place = (piece: number) => searchPlace(cid, `C${piece}`);
    const whole = manyTermsOf(
      key,
      file.messages.map(({ content }) => content),
      place,
    );
    const terms = { title: termsOf(key, file.chat.title, searchPlace(cid, "T")), whole };
    for (let n = 0; n < mostFolderTries; n++) {
      const folder = file.folder && (await folders.placeFor(uid, file.folder));
      const made = { ...chat, folder: folder?.id };
      const outcome = await repository.finish(made, terms, folder?.writes ?? [], mark);
      if (outcome === "made") return { isNew: true, rev: chat.rev, view: chatView(made, key) };
      if (outcome === "no_folder") continue;
      await repository.giveUp(uid, cid, mark);
      if (outcome === "taken") return undefined;
      throw outcome === "no_room" ? chats.allChats() : underWay();
    }
    await repository.giveUp(uid, cid, mark);
    throw folders.allFolders;
  }

  private async stored(uid: string, cid: string, { chat, messages }: ChatFile, key: Uint8Array): Promise<StoredChat> {
    return {
      cid,
      uid,
      title: sealText(key, chat.title, titlePlace(cid)),
      titled: "user",
      n: messages.length,
      gone: 0,
      rev: 1,
      days: await this.parts.daysFor(uid, chat.retention_days),
      headId: chat.head_id,
      created: Date.parse(chat.created_at),
      updated: Date.parse(chat.updated_at),
      tokensIn: chat.input_tokens,
      tokensOut: chat.output_tokens,
      farmId: chat.farm_id,
      facts: sealText(key, JSON.stringify(chat.facts), factsPlace(cid)),
      pinned: chat.is_pinned,
      archived: chat.is_archived,
    };
  }

  private async found(uid: string, cid: string): Promise<Imported> {
    return { isNew: false, ...(await this.parts.chats.get(uid, cid)) };
  }
}

function messageOf(chat: StoredChat, told: FileMessage, key: Uint8Array): StoredMessage {
  const { id, role, parent, content, status, parts, attachments, model, feedback, note, created_at } = told;
  const facts = {
    id,
    role,
    parent,
    status,
    created: Date.parse(created_at),
    model: model ?? undefined,
    tokensIn: told.input_tokens ?? undefined,
    tokensOut: told.output_tokens ?? undefined,
    feedback: feedback ?? undefined,
    note: note === null ? undefined : sealText(key, note, notePlace(chat.cid, id)),
  };
  return sealedMessage(chat, key, facts, content, { attachments, parts });
}

const underWay = () =>
  new Problem(
    409,
    "import_under_way",
    "This chat is being imported, or was until a moment ago: try again in a minute.",
  );
