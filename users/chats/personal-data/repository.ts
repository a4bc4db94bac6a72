import { isoTime } from "../../platform/clock.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import { emptyPartition, itemsOf } from "../../platform/dynamo/partitions.ts";
import type { Table } from "../../platform/dynamo/table.ts";
import type { Obstacle, PersonalData, PersonalDocument } from "../../platform/personal-data.ts";
import type { DataKeys } from "../../platform/secrets/data-keys.ts";
import { unsealText } from "../../platform/secrets/sealing.ts";
import { FolderRepository } from "../folders/repository.ts";
import {
  chatItem,
  countItem,
  extrasPlace,
  factsPlace,
  folderPlace,
  messageItem,
  messagePlace,
  notePlace,
  removalItem,
  type StoredChat,
  type StoredMessage,
  summaryPlace,
  titlePlace,
} from "../models.ts";

/** Chats of a person with their messages, one document each. */
export class ChatData implements PersonalData {
  readonly name = "chats";

  constructor(
    private readonly table: Table,
    private readonly dataKeys: DataKeys,
  ) {}

  async *export(uid: string): AsyncIterable<PersonalDocument> {
    const key = await this.dataKeys.keyOf(uid);
    for await (const chat of this.chatsOf(uid)) {
      const messages: object[] = [];
      for await (const item of itemsOf(this.table, { pk: keys.chat(chat.cid).pk, prefix: keys.messagePrefix })) {
        messages.push(told(chat.cid, messageItem.parse(item), key));
      }
      const { cid, title, days, created, updated, summary, facts, farmId = null, folder = null } = chat;
      const times = { created_at: isoTime(created), updated_at: isoTime(updated), retention_days: days };
      const open = (sealed: Uint8Array | undefined, place: string) => (sealed ? unsealText(key, sealed, place) : null);
      const content = {
        id: cid,
        title: open(title, titlePlace(cid)),
        farm_id: farmId,
        folder_id: folder,
        facts: JSON.parse(open(facts, factsPlace(cid)) ?? "[]"),
        summary: open(summary, summaryPlace(cid)),
        ...times,
        messages,
      };
      yield { name: cid, content };
    }
    const folders = await new FolderRepository(this.table, 0).all(uid);
    const named = folders.map(({ id, name }) => ({ id, name: unsealText(key, name, folderPlace(id)) }));
    if (named.length > 0) yield { name: "folders", content: { folders: named } };
  }

  async counts(uid: string): Promise<Record<string, number>> {
    const item = await this.table.get(keys.chatCount(uid));
    return { chats: item ? countItem.parse(item).n : 0 };
  }

  async obstacles(uid: string): Promise<readonly Obstacle[]> {
    const item = await this.table.get(keys.chatCount(uid));
    if (!item || !countItem.parse(item).held) return [];
    const detail = "The chats of this account are under a legal hold.";
    return [{ code: "legal_hold", detail, fix: "Ask an administrator when the hold ends, then delete the account." }];
  }

  async erase(uid: string): Promise<void> {
    const found: string[] = [];
    for (const pk of [keys.chatIndex(uid), keys.goneChatIndex(uid)])
      for await (const item of itemsOf(this.table, { pk, index: "gsi1" })) found.push(chatItem.parse(item).cid);
    // what an import had brought when it died belongs to no chat yet
    for await (const item of itemsOf(this.table, { pk: keys.chatRemovals })) {
      const { uid: owner, cid } = removalItem.parse(item);
      if (owner !== uid) continue;
      found.push(cid);
      await this.table.delete(keys.chatRemoval(cid));
    }
    for (const cid of found) await emptyPartition(this.table, keys.chat(cid).pk);
    for await (const { pk, sk } of itemsOf(this.table, { pk: keys.shareIndex(uid), index: "gsi1" }))
      await this.table.delete({ pk, sk });
    await this.table.delete(keys.chatJob(uid));
  }

  private async *chatsOf(uid: string): AsyncIterable<StoredChat> {
    for await (const item of itemsOf(this.table, { pk: keys.chatIndex(uid), index: "gsi1" }))
      yield chatItem.parse(item);
  }
}

/** A message with all that its owner sees of it. */
function told(cid: string, message: StoredMessage, key: Uint8Array): object {
  const { id, role, parent, body, created, status, extras, model, tokensIn, tokensOut, feedback, note } = message;
  return {
    id,
    role,
    parent,
    content: unsealText(key, body, messagePlace(cid, id)),
    ...(extras && (JSON.parse(unsealText(key, extras, extrasPlace(cid, id))) as object)),
    ...(status && { status }),
    ...(model && { model, input_tokens: tokensIn ?? 0, output_tokens: tokensOut ?? 0 }),
    ...(feedback && { feedback }),
    ...(note && { note: unsealText(key, note, notePlace(cid, id)) }),
    created_at: isoTime(created),
  };
}
