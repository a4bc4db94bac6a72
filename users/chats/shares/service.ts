import { type Clock, day, isoTime, seconds } from "../../platform/clock.ts";
import type { Attributes } from "../../platform/dynamo/table.ts";
import { hash } from "../../platform/hashes.ts";
import { randomText } from "../../platform/ids.ts";
import { notFound, Problem, quotaReached, unauthenticated } from "../../platform/problems.ts";
import type { DataKeys } from "../../platform/secrets/data-keys.ts";
import { unsealText } from "../../platform/secrets/sealing.ts";
import { type MessageRepository, pathTo } from "../messages/repository.ts";
import type { Messages } from "../messages/service.ts";
import { titlePlace } from "../models.ts";
import type { ChatRepository } from "../repository.ts";
import type { Chats } from "../service.ts";
import type { ShareRepository, StoredShare } from "./repository.ts";
import { sharesOfChat } from "./repository.ts";
import type { NewShare, SharedChat, ShareView } from "./schemas.ts";

export type ShareParts = {
  shares: ShareRepository;
  stored: ChatRepository;
  shapes: MessageRepository;
  chats: Chats;
  messages: Messages;
  keys: DataKeys;
  clock: Clock;
  publicUrl: string;
};

/** Links by which others read a chat as it was when the link was made. Only a hash of what opens it is stored. */
export class Shares {
  constructor(private readonly parts: ShareParts) {}

  async make(uid: string, cid: string, wanted: NewShare): Promise<ShareView & { url: string }> {
    const { chats, shares, clock, publicUrl } = this.parts;
    const chat = await chats.own(uid, cid);
    const headId = wanted.head_id ?? chat.headId;
    if (headId === null) throw new Problem(422, "nothing_to_share", "This chat has no message yet.");
    const token = randomText(24);
    const exp = seconds(clock) + wanted.days * day;
    const { audience, user_ids: users = [] } = wanted;
    const share = { id: hash(token), cid, uid, headId, audience, users, created: clock(), exp };
    let outcome = await shares.add(chat, share);
    if (outcome === "full") {
      await shares.recount(await chats.own(uid, cid));
      outcome = await shares.add(chat, share);
    }
    if (outcome === "gone") throw notFound("message");
    if (outcome === "full")
      throw quotaReached(`This chat has ${sharesOfChat} links, which is all that one may have: revoke one.`);
    return { ...shareView(share), url: `${publicUrl}/shared#${token}` };
  }

  async page(uid: string, limit: number, after: Attributes | undefined) {
    const page = await this.parts.shares.page(uid, limit, after);
    return { items: page.items.map(shareView), next: page.next };
  }

  async revoke(uid: string, id: string): Promise<void> {
    if (!(await this.parts.shares.remove(uid, id))) throw notFound("share");
  }

  /** What the holder of a link reads. A link that is unknown, revoked, over or for others is not found. */
  async open(token: string, reader: string | undefined): Promise<SharedChat> {
    const { shares, stored, shapes, messages, keys } = this.parts;
    const share = await shares.get(hash(token));
    if (!share) throw notFound("shared chat");
    if (share.audience !== "any" && reader === undefined) throw unauthenticated();
    const isForReader = share.audience !== "users" || share.users.includes(reader ?? "") || share.uid === reader;
    const chat = isForReader ? await stored.get(share.uid, share.cid) : undefined;
    const path = chat ? pathTo(await shapes.shape(share.cid), share.headId) : [];
    if (!chat || path.length === 0) throw notFound("shared chat");
    const views = await messages.views(share.uid, share.cid, path);
    const title = unsealText(await keys.keyOf(share.uid), chat.title, titlePlace(chat.cid));
    // revoked while it was read is revoked
    if (!(await shares.get(share.id))) throw notFound("shared chat");
    const said = views.map(({ role, content }) => ({ role, content }));
    return { title, messages: said, expires_at: isoTime(share.exp * 1000) };
  }
}

const shareView = ({ id, cid, headId, audience, users, created, exp }: StoredShare): ShareView => ({
  id,
  chat_id: cid,
  head_id: headId,
  audience,
  user_ids: users,
  created_at: isoTime(created),
  expires_at: isoTime(exp * 1000),
});
