import type { MessageView } from "../messages/schemas.ts";
import type { Messages } from "../messages/service.ts";
import type { ChatView } from "../schemas.ts";
import type { Chats } from "../service.ts";

export const formats = ["json", "md", "txt"] as const;
export type Format = (typeof formats)[number];
export type Exported = { type: string; name: string; text: string };
const schema = "bellwether.chat/1";

/** A chat as a file: JSON holds its whole tree and what it cost, the others read as a conversation. */
export class Exports {
  constructor(
    private readonly chats: Chats,
    private readonly messages: Messages,
  ) {}

  async of(uid: string, cid: string, format: Format): Promise<Exported> {
    const { view } = await this.chats.get(uid, cid);
    const messages = await this.messages.all(uid, cid);
    const name = `chat-${cid}.${format}`;
    if (format === "json") {
      const usage = { input_tokens: view.input_tokens, output_tokens: view.output_tokens };
      const text = JSON.stringify({ schema, chat: view, messages, usage }, null, 2);
      return { type: "application/json", name, text };
    }
    if (format === "md") return { type: "text/markdown; charset=utf-8", name, text: markdown(view, messages) };
    return { type: "text/plain; charset=utf-8", name, text: plain(view, messages) };
  }
}

const speaker = { user: "You", assistant: "Emilia" } as const;
/** Raw HTML is text here: whoever shows the file as a page shows it, and does not run it. */
const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
/** Which message a message follows is said where it is not the one before it. */
const follows = (message: MessageView, before: MessageView | undefined) =>
  message.parent !== null && message.parent !== before?.id ? ` (follows ${message.parent})` : "";

function markdown(chat: ChatView, messages: readonly MessageView[]): string {
  const said = messages.map((message, at) => {
    const head = `## ${speaker[message.role]}, ${message.created_at}${follows(message, messages[at - 1])}`;
    const cited = message.parts
      .filter(({ type }) => type === "citation")
      .map(({ label }) => `- ${escaped(String(label))}`);
    return [head, escaped(message.content), ...(cited.length > 0 ? [cited.join("\n")] : [])].join("\n\n");
  });
  return `${[`# ${escaped(chat.title)}`, ...said].join("\n\n")}\n`;
}

function plain(chat: ChatView, messages: readonly MessageView[]): string {
  const said = messages.map(
    (message, at) =>
      `${speaker[message.role]}, ${message.created_at}${follows(message, messages[at - 1])}:\n${message.content}`,
  );
  return `${[chat.title, ...said].join("\n\n")}\n`;
}
