import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Deliver, type Delivered, listHeaders } from "./mail.ts";

export type SmtpRules = { url: string; password: string | undefined; from: string };

const timeoutMs = 20_000;
const loopback = ["localhost", "127.0.0.1", "[::1]"];

/** Over SMTP; to other machines only with TLS. The library is loaded with the first message. */
export function overSmtp({ url, password, from }: SmtpRules): Deliver {
  const { protocol, hostname, port, username } = new URL(url);
  const open = async () => {
    const { createTransport } = await import("nodemailer");
    return createTransport({
      host: hostname,
      port: Number(port) || (protocol === "smtps:" ? 465 : 587),
      secure: protocol === "smtps:",
      requireTLS: protocol === "smtp:" && !loopback.includes(hostname),
      auth: username ? { user: decodeURIComponent(username), pass: password ?? "" } : undefined,
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  };
  let transport: ReturnType<typeof open> | undefined;
  return async ({ id, at, to, subject, text, unsubscribe }) => {
    transport ??= open();
    const messageId = messageIdOf(id);
    await (await transport).sendMail({
      from,
      to: { name: "", address: to },
      subject,
      text,
      messageId,
      date: new Date(at),
      headers: listHeaders(unsubscribe),
    });
  };
}

/** Into a folder, for development: one message a file, which only its owner can read. `./bellwether mail` shows them. */
export function intoFolder(folder: string, from: string): Deliver {
  return async (message) => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    const path = join(folder, `${message.id}.eml`);
    writeFileSync(`${path}.part`, asText(message, from), { mode: 0o600 });
    renameSync(`${path}.part`, path);
  };
}

function asText({ id, at, to, subject, text, kind, unsubscribe }: Delivered, from: string): string {
  const headers = {
    From: from,
    To: to,
    Subject: subject,
    Date: new Date(at).toUTCString(),
    "Message-ID": messageIdOf(id),
    "Content-Type": "text/plain; charset=utf-8",
    "X-Bellwether-Kind": kind,
    ...listHeaders(unsubscribe),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\n`);
  return `${lines.join("")}\n${text.trimEnd()}\n`;
}

const messageIdOf = (id: string) => `<${id}@bellwether>`;
