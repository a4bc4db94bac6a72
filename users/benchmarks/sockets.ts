import type { Ground } from "./ground.ts";
import { beside, type Row, rates } from "./rows.ts";

const users = 10;
const perUser = 20;

/** Ping and pong on 200 sockets, beside a server of Bun that gives back what it gets. */
export async function sockets(ground: Ground): Promise<Row[]> {
  const people = await Promise.all(Array.from({ length: users }, (_, n) => ground.person(`socket${n}`)));
  const tokens = people.flatMap(({ token }) => Array.from({ length: perUser }, () => token));
  const url = (port: number) => `ws://127.0.0.1:${port}/api/v1/ws`;
  const ours = await Promise.all(tokens.map((token) => Socket.open(url(ground.server.port), token)));
  const bare = await Promise.all(tokens.map(() => Socket.open(url(ground.bare.port))));
  const trip = (all: Socket[]) => {
    const free = [...all];
    return async (n: number) => {
      const socket = free.pop();
      await socket?.roundTrip(n);
      if (socket) free.push(socket);
    };
  };
  const [value, other] = await rates(trip(ours), trip(bare), tokens.length, ground.seconds);
  for (const one of [...ours, ...bare]) one.close();
  const peer = { name: "bare echo of Bun.serve", value: other };
  return [beside("WebSocket", `${tokens.length} sockets`, value, "round trips/s", peer, { least: 0.5 })];
}

class Socket {
  private heard: () => void = () => undefined;

  private constructor(private readonly socket: WebSocket) {
    socket.onmessage = () => this.heard();
  }

  static async open(url: string, token?: string): Promise<Socket> {
    const socket = new WebSocket(url);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = reject;
    });
    const opened = new Socket(socket);
    if (token !== undefined) await opened.send({ t: "auth", token });
    return opened;
  }

  roundTrip(n: number): Promise<void> {
    return this.send({ t: "ping", n });
  }

  close(): void {
    this.socket.close();
  }

  private send(frame: object): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.heard = resolve;
    this.socket.send(JSON.stringify(frame));
    return promise;
  }
}
