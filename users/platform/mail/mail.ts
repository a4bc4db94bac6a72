import type { PutWrite } from "../dynamo/table.ts";

/** `kind` says what it is about, in log lines and metrics: `address-verification`, `password-reset` ... */
export type Message = {
  to: string;
  subject: string;
  text: string;
  kind: string;
  /** where a post ends such mails (RFC 8058) */
  unsubscribe?: string | undefined;
};

/** How services write to people. A message is stored at once and leaves later: a slow mail server delays no answer. */
export interface Mail {
  send(message: Message): Promise<void>;
  /** The same as a write, to go into the transaction of the change that it tells of. */
  entry(message: Message): PutWrite;
}

export type Delivered = Message & { id: string; at: number };
/** Hands a message over; whoever gets the same id twice may keep one. */
export type Deliver = (message: Delivered) => Promise<void>;

export class UnsendableMessage extends Error {
  override name = "UnsendableMessage";
}

/** What a mail program shows as a button to end such mails. */
export const listHeaders = (unsubscribe: string | undefined): Record<string, string> =>
  unsubscribe ? { "List-Unsubscribe": `<${unsubscribe}>`, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" } : {};

/** A line break in a header would start another header. */
export function refuseUnsendable({ to, subject, kind, unsubscribe = "none" }: Message): void {
  for (const text of [to, subject, kind, unsubscribe])
    if (text.trim() === "" || /\p{Cc}/u.test(text))
      throw new UnsendableMessage("An address, subject or kind of mail is empty or has control characters.");
}
