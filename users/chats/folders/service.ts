import { type Clock, isoTime } from "../../platform/clock.ts";
import type { Attributes, Write } from "../../platform/dynamo/table.ts";
import { digest } from "../../platform/hashes.ts";
import { uuid, uuidFrom } from "../../platform/ids.ts";
import { notFound, type Problem, quotaReached } from "../../platform/problems.ts";
import type { DataKeys } from "../../platform/secrets/data-keys.ts";
import { sealText, unsealText } from "../../platform/secrets/sealing.ts";
import { folderPlace } from "../models.ts";
import type { ChatRepository } from "../repository.ts";
import { type FolderRepository, folderStands, type StoredFolder } from "./repository.ts";
import type { FolderView } from "./schemas.ts";

const pageSize = 100;
export type FolderName = { id: string; name: string };

/** Folders of a user; their names are sealed. A folder that goes leaves its chats, and no chat is in one that is not there. */
export class Folders {
  constructor(
    private readonly repository: FolderRepository,
    private readonly chats: ChatRepository,
    private readonly keys: DataKeys,
    private readonly clock: Clock,
  ) {}

  async create(uid: string, name: string) {
    const key = await this.keys.keyOf(uid);
    const created = this.clock();
    const id = uuid(created);
    const folder = { id, name: sealText(key, name, folderPlace(id)), created };
    return { view: viewOf(folder, key), writes: this.repository.creation(uid, folder), refusal: this.allFolders };
  }

  /** Ends those whose deletion a process did not live to finish. */
  async all(uid: string): Promise<FolderView[]> {
    const [found, key] = await Promise.all([this.repository.all(uid), this.keys.keyOf(uid)]);
    for (const { id, isGoing } of found) if (isGoing) await this.end(uid, id);
    return found.filter(({ isGoing }) => !isGoing).map((folder) => viewOf(folder, key));
  }

  /** The folder of an imported chat: that one, one of its name, or a new one; with the writes under which it holds. */
  async placeFor(uid: string, { id, name }: FolderName): Promise<{ id: string; writes: Write[] }> {
    const all = await this.all(uid);
    const found = all.find((one) => one.id === id) ?? all.find((one) => one.name === name);
    if (found) return { id: found.id, writes: [folderStands(uid, found.id)] };
    const key = await this.keys.keyOf(uid);
    // of two chats of one folder that are brought in at once, both make the same one
    const made = uuidFrom(Number.parseInt(id.replace("-", "").slice(0, 12), 16), digest(key, "chat-folder", id));
    const folder = { id: made, name: sealText(key, name, folderPlace(made)), created: this.clock() };
    return { id: made, writes: this.repository.creation(uid, folder) };
  }

  get allFolders(): Problem {
    const { most } = this.repository;
    return quotaReached(`You have ${most} folders, which is all that one may have: delete one.`);
  }

  async rename(uid: string, id: string, name: string): Promise<FolderView> {
    const key = await this.keys.keyOf(uid);
    const folder = await this.repository.rename(uid, id, sealText(key, name, folderPlace(id)));
    if (!folder) throw notFound("folder");
    return viewOf(folder, key);
  }

  async remove(uid: string, id: string): Promise<void> {
    if (!(await this.repository.beginEnd(uid, id))) throw notFound("folder");
    await this.end(uid, id);
  }

  /** A chat that is used moves in the list, so it looks until a whole walk finds none. */
  private async end(uid: string, id: string): Promise<void> {
    for (let isClean = false; !isClean; ) {
      isClean = true;
      let after: Attributes | undefined;
      do {
        const page = await this.chats.page(uid, pageSize, after);
        for (const chat of page.items.filter(({ folder }) => folder === id)) {
          isClean = false;
          await this.chats.leaveFolder(chat, id);
        }
        after = page.next;
      } while (after);
    }
    await this.repository.end(uid, id);
  }
}

const viewOf = ({ id, name, created }: StoredFolder, key: Uint8Array): FolderView => ({
  id,
  name: unsealText(key, name, folderPlace(id)),
  created_at: isoTime(created),
});
