import { afterAll, beforeAll, expect, test } from "bun:test";
import { z } from "zod";
import { ulid } from "../../platform/ids.ts";
import type { SocketState } from "../../platform/sockets/sockets.ts";
import { ScriptedAnswerer, tokens } from "../../testing/answering.ts";
import { Harness, type Person } from "../../testing/harness.ts";
import { freePort, until } from "../../testing/servers.ts";
import { messageList } from "../messages/schemas.ts";
import { chatView } from "../schemas.ts";

// A chat over a real WebSocket: asked, told, cut off, resumed on another one, stopped.
const answerer = new ScriptedAnswerer();
let house: Harness;
let mary: Person;
let chat: string;
let server: ReturnType<typeof Bun.serve<SocketState>>;

beforeAll(async () => {
  house = await Harness.ready({ CHATS_RUNS_LIMIT_USER: 100 }, { answerer });
  mary = await house.person("farmer");
  const made = await house.call("POST", "/api/v1/chats", { token: mary.token, body: {} });
  chat = chatView.parse(await made.json()).id;
  const { sockets } = house.composed;
  if (!sockets) throw new Error("this process holds no sockets");
  server = Bun.serve<SocketState>({
    hostname: "127.0.0.1",
    port: await freePort(),
    fetch: (request, server) => sockets.upgrade(request, server),
    websocket: sockets.handler,
  });
});
afterAll(async () => {
  house.composed.sockets?.close();
  await server.stop(true);
});

const frame = z.looseObject({ t: z.string() });
async function open(person: Person) {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/api/v1/ws`);
  const frames: z.infer<typeof frame>[] = [];
  socket.onmessage = ({ data }) => frames.push(frame.parse(JSON.parse(String(data))));
  const send = (sent: object) => socket.send(JSON.stringify(sent));
  socket.onopen = () => send({ t: "auth", token: person.token });
  const of = (kind: string) => frames.filter(({ t }) => t === kind);
  await until(() => of("ready").length === 1);
  return { socket, send, of };
}
const numbered = (run: unknown, from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => ({ t: "delta", run, seq: from + at, d: `t${from + at} ` }));

test("a question over a socket is answered in deltas, goes on without it, and is resumed on another", async () => {
  answerer.parts = tokens(30);
  answerer.allowed = 10;
  const first = await open(mary);
  const question = { t: "msg", cid: chat, id: ulid(house.clock.ms), content: "Which ram?" };
  first.send(question);
  await until(() => first.of("delta").length === 10);
  expect(first.of("ack")).toEqual([{ t: "ack", id: question.id }]);
  const run = first.of("run")[0]?.run;
  first.socket.close();
  answerer.allowed = 30;
  const second = await open(mary);
  second.send({ t: "resume", run, after: 9 });
  second.send(question);
  await until(() => second.of("done").length === 1 && second.of("ack").length === 1);
  expect(first.of("delta")).toEqual(numbered(run, 0, 10));
  expect(second.of("delta")).toEqual(numbered(run, 10, 30));
  expect(second.of("ack")).toEqual([{ t: "ack", id: question.id, dup: true }]);
  expect(answerer.questions).toHaveLength(1);
  const { token } = mary;
  const list = await house.call("GET", `/api/v1/chats/${chat}/messages`, { token });
  expect(messageList.parse(await list.json()).items).toHaveLength(2);
  second.socket.close();
});

test("stop over a socket ends the answer at its source; nobody else's socket reads or stops it", async () => {
  answerer.parts = tokens(30);
  answerer.allowed = 5;
  const [hers, his] = [await open(mary), await open(await house.person("farmer"))];
  hers.send({ t: "msg", cid: chat, id: ulid(house.clock.ms), content: "And which ewe?" });
  await until(() => hers.of("delta").length === 5);
  const run = hers.of("run")[0]?.run;
  his.send({ t: "resume", run, after: -1 });
  his.send({ t: "stop", run });
  his.send({ t: "msg", cid: chat, id: ulid(house.clock.ms), content: "Mine?" });
  await until(() => his.of("error").length === 3);
  expect(his.of("error").map(({ code }) => code)).toEqual(["not_found", "not_found", "not_found"]);
  expect(answerer.aborted).toBe(0);
  hers.send({ t: "stop", run });
  await until(() => hers.of("done").length === 1);
  expect(hers.of("done")[0]).toMatchObject({ run, id: run, status: "stopped", stopped: true });
  expect(answerer.aborted).toBe(1);
  for (const { socket } of [hers, his]) socket.close();
});
