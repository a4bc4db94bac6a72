import { afterAll, beforeAll, expect, test } from "bun:test";
import { Harness, type Person } from "../../testing/harness.ts";
import { freePort, until } from "../../testing/servers.ts";
import { quiet } from "../telemetry/logging.ts";
import { Metrics } from "../telemetry/metrics.ts";
import { type SocketState, Sockets } from "./sockets.ts";

let house: Harness;
let mary: Person;
let sockets: Sockets;
let address: string;
let server: ReturnType<typeof Bun.serve<SocketState>>;
const listeners = new Map<string, (frame: string) => void>();

beforeAll(async () => {
  house = await Harness.ready();
  mary = await house.person();
  const { authenticator, sessions: feed } = house.composed;
  const listen = (uid: string, forward: (frame: string) => void) => {
    listeners.set(uid, forward);
    return () => void listeners.delete(uid);
  };
  const allowedOrigins = ["http://localhost:8080"];
  const parts = { authenticator, feed, listen, allowedOrigins, clock: house.clock.now, log: quiet };
  sockets = new Sockets({ ...parts, metrics: new Metrics(), authWithinMs: 150 });
  server = Bun.serve<SocketState>({
    hostname: "127.0.0.1",
    port: await freePort(),
    fetch: (request, server) => sockets.upgrade(request, server),
    websocket: sockets.handler,
  });
  address = `ws://127.0.0.1:${server.port}/api/v1/ws`;
});
afterAll(async () => {
  sockets.close();
  await server.stop(true);
});

type Client = { socket: WebSocket; frames: unknown[]; closed: () => number | undefined };
async function open(headers: Record<string, string> = {}): Promise<Client> {
  const socket = new WebSocket(address, { headers });
  const frames: unknown[] = [];
  let code: number | undefined;
  socket.onmessage = ({ data }) => frames.push(JSON.parse(String(data)));
  socket.onclose = (event) => {
    code = event.code;
  };
  await until(() => socket.readyState !== WebSocket.CONNECTING);
  return { socket, frames, closed: () => code };
}
async function authenticated(person: Person): Promise<Client> {
  const client = await open();
  client.socket.send(JSON.stringify({ t: "auth", token: person.token }));
  await until(() => client.frames.length > 0);
  return client;
}

test("a token opens the line: ready, pong, and the user's own frames", async () => {
  const client = await authenticated(mary);
  const exp = Math.floor(house.clock.ms / 1000) + 300;
  expect(client.frames).toEqual([{ t: "ready", exp }]);
  client.socket.send('{"t":"ping","n":7}');
  listeners.get(mary.uid)?.('{"t":"notification"}');
  await until(() => client.frames.length === 3);
  expect(client.frames.slice(1)).toEqual(expect.arrayContaining([{ t: "pong", n: 7 }, { t: "notification" }]));
  client.socket.close();
  await until(() => !listeners.has(mary.uid));
});

test.each([
  ["no token in time", [], 4401],
  ["a bad token", ['{"t":"auth","token":"x.y.z"}'], 4401],
  ["something else first", ['{"t":"ping"}'], 4401],
  ["no JSON", ["hello"], 4400],
  ["an unknown frame", ['{"t":"dance"}'], 4400],
])("closes on %s", async (_what, messages, code) => {
  const client = await open();
  for (const message of messages) client.socket.send(message);
  await until(() => client.closed() !== undefined);
  expect(client.closed()).toBe(code);
});

test("a foreign Origin is refused at the door, the own one is let in, none at all too", async () => {
  const ask = (headers: Record<string, string>) => fetch(address.replace("ws:", "http:"), { headers });
  expect((await ask({ origin: "https://evil.example" })).status).toBe(403);
  expect((await ask({ origin: "null" })).status).toBe(403);
  expect((await ask({})).status).toBe(426);
  const client = await open({ origin: "http://localhost:8080" });
  expect(client.socket.readyState).toBe(WebSocket.OPEN);
  client.socket.close();
});

test("an ended session closes its sockets, and only those", async () => {
  const john = await house.person();
  const [hers, his] = [await authenticated(mary), await authenticated(john)];
  await house.composed.sessions.endAll(john.uid, "revoked");
  await sockets.closeEnded();
  await until(() => his.closed() !== undefined);
  expect([his.closed(), hers.closed()]).toEqual([4403, undefined]);
  hers.socket.close();
});
