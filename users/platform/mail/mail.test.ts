import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startDynoxide, until } from "../../testing/servers.ts";
import { TestClock } from "../../testing/settings.ts";
import { tableIn } from "../../testing/tables.ts";
import { MemoryTable } from "../dynamo/memory.ts";
import type { ScannableTable } from "../dynamo/table.ts";
import { startCourier } from "./courier.ts";
import type { Delivered } from "./mail.ts";
import { MailQueue } from "./queue.ts";
import { intoFolder, overSmtp } from "./transports.ts";

const letter = { to: "mary@hillfarm.example", subject: "Your address", text: "https://x/#secret-link", kind: "test" };
const lines: string[] = [];
const log = (...words: unknown[]) => void lines.push(JSON.stringify(words));
let clock = new TestClock();
beforeEach(() => {
  // on, because the lease of the test before still holds in the table that they share
  const { ms } = clock;
  clock = new TestClock();
  clock.ms = ms + 3_600_000;
});
const queueOn = (table: ScannableTable) =>
  new MailQueue({ table, kek: new Uint8Array(32).fill(7), clock: clock.now, log });

const dynoxide = await startDynoxide();
afterAll(dynoxide.stop);
const table = await tableIn(dynoxide.port);

describe.each([
  ["in memory", () => new MemoryTable()],
  ["on dynoxide", () => table],
])("the queue %s", (_where, tableOf) => {
  test("holds a message until it is handed over, sealed; no line tells what is in it", async () => {
    const store = tableOf();
    const queue = queueOn(store);
    await queue.send(letter);
    expect(JSON.stringify((await store.scan(100)).items)).not.toMatch(/secret-link|hillfarm/);
    const got: Delivered[] = [];
    expect(await queue.deliver(async (message) => void got.push(message))).toBe(1);
    expect(got).toEqual([{ ...letter, id: expect.any(String), at: clock.ms }]);
    expect(await queue.deliver(async (message) => void got.push(message))).toBe(0);
    expect(lines.join("\n")).not.toMatch(/secret-link|hillfarm/);
  });

  test("a server that refuses delays its message, not the next one, and loses none", async () => {
    const queue = queueOn(tableOf());
    await queue.send({ ...letter, to: "full@x.example" });
    await queue.send(letter);
    const got: string[] = [];
    const refusing = async ({ to }: Delivered) => {
      if (to.startsWith("full")) throw new Error("452 mailbox full");
      got.push(to);
    };
    expect([await queue.deliver(refusing), await queue.deliver(refusing)]).toEqual([1, 0]);
    clock.pass(6);
    expect(await queue.deliver(async ({ to }) => void got.push(to))).toBe(1);
    expect(got).toEqual([letter.to, "full@x.example"]);
  });

  test("of 20 processes one hands a message over", async () => {
    const store = tableOf();
    await queueOn(store).send(letter);
    const got: string[] = [];
    const deliver = async ({ id }: Delivered) => void got.push(id);
    await Promise.all(Array.from({ length: 20 }, () => queueOn(store).deliver(deliver)));
    expect(got).toHaveLength(1);
  });
});

test("an address with a line break is refused: it would start a header", async () => {
  const queue = queueOn(new MemoryTable());
  expect(queue.send({ ...letter, to: "a@b.example\nBcc: all@b.example" })).rejects.toThrow("control characters");
});

test("the courier hands over what comes, and stops", async () => {
  const queue = queueOn(new MemoryTable());
  await queue.send(letter);
  const got: string[] = [];
  const stop = startCourier(queue, async ({ to }) => void got.push(to), log);
  await until(() => got.length === 1);
  await stop();
});

test("in a folder a message is a file that others cannot read; the same message again is the same file", async () => {
  const folder = join(mkdtempSync(join(tmpdir(), "bellwether-mail-")), "mail");
  const deliver = intoFolder(folder, "bellwether@localhost");
  const unsubscribe = "https://x/unsubscribe?of=1";
  const message = { ...letter, subject: "Grüße", id: "0190-1", at: clock.ms, unsubscribe };
  await deliver(message);
  await deliver(message);
  expect(readdirSync(folder)).toEqual(["0190-1.eml"]);
  const path = join(folder, "0190-1.eml");
  expect([statSync(path).mode & 0o777, statSync(folder).mode & 0o777]).toEqual([0o600, 0o700]);
  const text = readFileSync(path, "utf8");
  expect(text).toStartWith("From: bellwether@localhost\nTo: mary@hillfarm.example\nSubject: Grüße\n");
  // one click (RFC 8058)
  expect(text).toContain(`\nList-Unsubscribe: <${unsubscribe}>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n`);
  expect(text).toEndWith("\n\nhttps://x/#secret-link\n");
});

/** Takes one message and keeps what it was told. */
function smtpServer() {
  const heard: string[] = [];
  let isData = false;
  const answer = (line: string) => {
    if (isData) isData = line !== ".";
    else if (line.startsWith("EHLO")) return "250-test\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n";
    else if (line === "DATA") {
      isData = true;
      return "354 go on\r\n";
    }
    if (line === "STARTTLS") return "502 not here\r\n";
    return isData ? "" : "250 ok\r\n";
  };
  const server = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open: (socket) => void socket.write("220 test ESMTP\r\n"),
      data: (socket, data) => {
        for (const line of data.toString().split("\r\n").slice(0, -1)) {
          heard.push(line);
          socket.write(answer(line));
        }
      },
    },
  });
  return { heard, url: `smtp://127.0.0.1:${server.port}`, stop: () => server.stop(true) };
}

test("over SMTP a message arrives with its sender, receiver, subject and text", async () => {
  const server = smtpServer();
  const deliver = overSmtp({ url: server.url, password: undefined, from: "Bellwether <sheep@farm.example>" });
  await deliver({ ...letter, subject: "Grüße", id: "0190-1", at: clock.ms });
  server.stop();
  expect(server.heard).toContain("MAIL FROM:<sheep@farm.example>");
  expect(server.heard).toContain("RCPT TO:<mary@hillfarm.example>");
  expect(server.heard).toContain("Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=");
  expect(server.heard).toContain("https://x/#secret-link");
});

test("a server elsewhere that offers no TLS gets no message", async () => {
  const server = smtpServer();
  const url = server.url.replace("127.0.0.1", "0.0.0.0");
  const deliver = overSmtp({ url, password: undefined, from: "sheep@farm.example" });
  expect(deliver({ ...letter, id: "0190-1", at: clock.ms })).rejects.toThrow();
  server.stop();
  expect(server.heard.join()).not.toContain("secret-link");
});
