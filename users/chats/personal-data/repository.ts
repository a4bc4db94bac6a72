import { isoTime } from "../../platform/clock.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import { emptyPartition, itemsOf } from "../../platform/dynamo/partitions.ts";
import type { Table } from "../../platform/dynamo/table.ts";
import type { Obstacle, PersonalData, PersonalDocument } from "../../platform/personal-data.ts";
import type { DataKeys } from "../../platform/secrets/data-keys.ts";
import { unsealText } from "../../platform/secrets/sealing.ts";
import { chatItem, countItem, messageItem, messagePlace, type StoredChat, titlePlace } from "../models.ts";

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
        const { id, role, parent, body, created } = messageItem.parse(item);
        const text = unsealText(key, body, messagePlace(chat.cid, id));
        messages.push({ id, role, parent, content: text, created_at: isoTime(created) });
      }
      const { cid, title, days, created, updated } = chat;
      const times = { created_at: isoTime(created), updated_at: isoTime(updated), retention_days: days };
      const content = { id: cid, title: unsealText(key, title, titlePlace(cid)), ...times, messages };
      yield { name: cid, content };
    }
  }

  async obstacles(uid: string): Promise<readonly Obstacle[]> {
    const item = await this.table.get(keys.chatCount(uid));
    if (!item || !countItem.parse(item).held) return [];
    const detail = "The chats of this account are under a legal hold.";
    return [{ code: "legal_hold", detail, fix: "Ask an administrator when the hold ends, then delete the account." }];
  }

  async erase(uid: string): Promise<void> {
    const found: string[] = [];
    for await (const { cid } of this.chatsOf(uid)) found.push(cid);
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
