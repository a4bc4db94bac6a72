import type { Attributes } from "../../platform/dynamo/table.ts";
import type { Folders } from "../folders/service.ts";
import type { Messages } from "../messages/service.ts";
import type { ChatView } from "../schemas.ts";
import type { Chats } from "../service.ts";
import { type Chapter, jsonOf, markdownOf, pageOf, plainOf } from "./forms.ts";
import type { Printing } from "./printing.ts";

export const formats = ["json", "md", "txt", "pdf"] as const;
export type Format = (typeof formats)[number];
export type Exported = { type: string; name: string; body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> };
type FolderName = { id: string; name: string };

const pageSize = 100;
const types = {
  json: "application/json",
  md: "text/markdown; charset=utf-8",
  txt: "text/plain; charset=utf-8",
  pdf: "application/pdf",
};
const rule = { md: "\n---\n\n", txt: `\n${"=".repeat(72)}\n\n` };

/** Chats as files: JSON holds a whole tree and what it cost and can be imported again, the others read as a conversation. */
export class Exports {
  constructor(
    private readonly chats: Chats,
    private readonly messages: Messages,
    private readonly folders: Folders,
    private readonly printing: Printing,
  ) {}

  async of(uid: string, cid: string, format: Format): Promise<Exported> {
    const { view } = await this.chats.get(uid, cid);
    const chapter = await this.chapter(uid, view, await this.folders.all(uid));
    const told = { type: types[format], name: `chat-${cid}.${format}` };
    if (format === "pdf") return { ...told, body: await this.printing.pdf(only(pageOf(chapter))) };
    if (format === "json") return { ...told, body: bytesOf(JSON.stringify(jsonOf(chapter), null, 2)) };
    return { ...told, body: bytesOf(format === "md" ? markdownOf(chapter) : plainOf(chapter)) };
  }

  /** All chats of a user in one file, written while it is sent. */
  async all(uid: string, format: Format): Promise<Exported> {
    const folders = await this.folders.all(uid);
    const told = { type: types[format], name: `chats.${format}` };
    if (format === "pdf") return { ...told, body: await this.printing.pdf(this.pages(uid, folders)) };
    return { ...told, body: streamOf(this.written(uid, folders, format)) };
  }

  private async *written(uid: string, folders: readonly FolderName[], format: "json" | "md" | "txt") {
    const chapters = this.chapters(uid, folders);
    let before = "";
    if (format === "json") {
      const named = folders.map(({ id, name }) => ({ id, name }));
      yield `{"schema":"bellwether.chats/1","folders":${JSON.stringify(named)},"chats":[`;
      for await (const chapter of chapters) {
        yield `${before}\n${JSON.stringify(jsonOf(chapter))}`;
        before = ",";
      }
      yield "\n]}\n";
      return;
    }
    for await (const chapter of chapters) {
      yield before + (format === "md" ? markdownOf(chapter) : plainOf(chapter));
      before = rule[format];
    }
  }

  private async *pages(uid: string, folders: readonly FolderName[]) {
    for await (const chapter of this.chapters(uid, folders)) yield pageOf(chapter);
  }

  /** Those that were used last come first; one that is used meanwhile moves in the list, and is told once. */
  private async *chapters(uid: string, folders: readonly FolderName[]): AsyncIterable<Chapter> {
    const told = new Set<string>();
    let after: Attributes | undefined;
    do {
      const page = await this.chats.page(uid, pageSize, after);
      for (const view of page.items) {
        if (!told.has(view.id)) yield await this.chapter(uid, view, folders);
        told.add(view.id);
      }
      after = page.next;
    } while (after);
  }

  private async chapter(uid: string, chat: ChatView, folders: readonly FolderName[]): Promise<Chapter> {
    const messages = await this.messages.all(uid, chat.id);
    const found = folders.find(({ id }) => id === chat.folder_id);
    return { chat, folder: found ? { id: found.id, name: found.name } : null, messages };
  }
}

async function* only<T>(one: T) {
  yield one;
}
const bytesOf = (text: string) => new TextEncoder().encode(text);

function streamOf(texts: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await texts.next();
      if (done) controller.close();
      else controller.enqueue(bytesOf(value));
    },
    cancel: async () => void (await texts.return(undefined)),
  });
}
