import type { MessageView } from "../messages/schemas.ts";
import type { ChatView } from "../schemas.ts";

/** A chat as it is written down, with the folder in which it lies. */
export type Chapter = { chat: ChatView; folder: { id: string; name: string } | null; messages: MessageView[] };

const speaker = { user: "You", assistant: "Emilia" } as const;
/** Raw HTML is text here: whoever shows the file as a page shows it, and does not run it. */
const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Who spoke and when; which message it follows is said where that is not the one before it, and how it ended where it was cut. */
function headOf({ role, created_at, parent, status }: MessageView, before: MessageView | undefined): string {
  const follows = parent !== null && parent !== before?.id ? ` (follows ${parent})` : "";
  return `${speaker[role]}, ${created_at}${follows}${status === "complete" ? "" : ` (${status})`}`;
}

/** What hangs on a message and is no text. */
function hangingOn({ parts, attachments }: MessageView): string[] {
  const titleOf = (spec: unknown) => String(Object(spec).title ?? "without a title");
  const of = (type: string) => parts.filter((part) => part.type === type);
  return [
    ...of("citation").map(({ label }) => String(label)),
    ...of("figure").map(({ spec }) => `Figure: ${titleOf(spec)}`),
    ...attachments.map(({ name }) => `Attached: ${name}`),
  ];
}

export function jsonOf({ chat, folder, messages }: Chapter): object {
  const usage = { input_tokens: chat.input_tokens, output_tokens: chat.output_tokens };
  return { schema: "bellwether.chat/1", chat, folder, messages, usage };
}

export function markdownOf({ chat, messages }: Chapter): string {
  const said = messages.map((message, at) => {
    const more = hangingOn(message).map((line) => `- ${escaped(line)}`);
    const head = `## ${headOf(message, messages[at - 1])}`;
    return [head, escaped(message.content), ...(more.length > 0 ? [more.join("\n")] : [])].join("\n\n");
  });
  return `${[`# ${escaped(chat.title)}`, ...said].join("\n\n")}\n`;
}

export function plainOf({ chat, messages }: Chapter): string {
  const said = messages.map((message, at) =>
    [`${headOf(message, messages[at - 1])}:`, message.content, ...hangingOn(message).map((line) => `- ${line}`)].join(
      "\n",
    ),
  );
  return `${[chat.title, ...said].join("\n\n")}\n`;
}

/** What stands on the pages of a printed chat. */
export type Page = { title: string; said: { head: string; text: string; more: string[] }[] };

export const pageOf = ({ chat, messages }: Chapter): Page => ({
  title: chat.title,
  said: messages.map((message, at) => ({
    head: headOf(message, messages[at - 1]),
    text: message.content,
    more: hangingOn(message),
  })),
});
