import type { Server, ServerWebSocket, WebSocketHandler } from "bun";
import { z } from "zod";
import { type Clock, seconds } from "../clock.ts";
import type { Authenticator } from "../identity/authenticator.ts";
import { may } from "../identity/permissions.ts";
import type { RevocationFeed } from "../identity/sessions.ts";
import { type Caller, foundationsOf, TokenRefused } from "../identity/tokens.ts";
import { type Log, reason } from "../telemetry/logging.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { FrameReader, Line } from "./frames.ts";

/** Starts listening for frames of a user; returns how to stop. */
export type Listen = (uid: string, forward: (frame: string) => void) => () => void;
export type SocketState = {
  caller: Caller | undefined;
  token: string;
  closed: AbortController;
  timer: ReturnType<typeof setTimeout> | undefined;
  /** frames of one socket are handled in order */
  queue: Promise<void>;
};
type Socket = ServerWebSocket<SocketState>;
export type SocketParts = {
  authenticator: Authenticator;
  feed: RevocationFeed;
  listen: Listen;
  readers?: readonly FrameReader[];
  allowedOrigins: readonly string[];
  clock: Clock;
  log: Log;
  metrics: Metrics;
  authWithinMs?: number;
};

const frame = z.looseObject({ t: z.string() });
const own = z.discriminatedUnion("t", [
  z.object({ t: z.literal("auth"), token: z.string() }),
  z.object({ t: z.literal("ping"), n: z.number().optional() }),
]);
const notJson = 4400;
const notAuthenticated = 4401;
const over = 4403;
const socketsPerUser = 20;
const checkEveryMs = 2_000;
/** The first look reaches back over whatever ended while a socket was let in. */
const reachSeconds = 30;

type Listener = { sockets: Set<Socket>; stop: () => void };

/**
 * The open WebSockets of this process. The first frame must be a token; then the user's frames are forwarded, and those
 * that come in go to whoever reads their kind.
 */
export class Sockets {
  private readonly users = new Map<string, Listener>();
  private readonly watch: ReturnType<typeof setInterval>;
  private lookedAt: number;

  constructor(private readonly parts: SocketParts) {
    this.lookedAt = seconds(parts.clock);
    this.watch = setInterval(() => void this.closeEnded(), checkEveryMs);
    parts.metrics.gauge("bellwether_websockets", "Open WebSockets", () => this.count());
  }

  /**
   * Returns a refusal, or undefined when the connection has become a WebSocket. A browser always sends an Origin, and a
   * foreign one is refused. Programs send none: they pass, because all authority is in the token of the first frame
   * and nothing ambient (no cookie) is read here.
   */
  upgrade(request: Request, server: Server<SocketState>): Response | undefined {
    const origin = request.headers.get("origin");
    if (origin !== null && !this.parts.allowedOrigins.includes(origin)) return new Response(null, { status: 403 });
    const closed = new AbortController();
    const data: SocketState = { caller: undefined, token: "", closed, timer: undefined, queue: Promise.resolve() };
    if (server.upgrade(request, { data })) return undefined;
    return new Response(null, { status: 426, headers: { upgrade: "websocket" } });
  }

  readonly handler: WebSocketHandler<SocketState> = {
    maxPayloadLength: 256 * 1024,
    idleTimeout: 120,
    backpressureLimit: 1024 * 1024,
    closeOnBackpressureLimit: true,
    open: (socket) => {
      socket.data.timer = setTimeout(
        () => socket.close(notAuthenticated, "no token in time"),
        this.parts.authWithinMs ?? 3_000,
      );
    },
    message: (socket, message) => {
      socket.data.queue = socket.data.queue
        .then(() => this.receive(socket, message))
        .catch((error: unknown) => {
          this.parts.log("error", "socket_failed", { reason: String(error) });
          socket.close(1011, "internal error");
        });
    },
    close: (socket) => {
      clearTimeout(socket.data.timer);
      socket.data.closed.abort();
      this.leave(socket);
    },
  };

  /** Closes the sockets whose session has ended: one look at the feed, however many there are. */
  async closeEnded(): Promise<void> {
    const now = seconds(this.parts.clock);
    if (this.users.size === 0) {
      this.lookedAt = now;
      return;
    }
    try {
      const ended = new Set(await this.parts.feed.since(this.lookedAt - reachSeconds));
      this.lookedAt = now;
      for (const { sockets } of [...this.users.values()])
        for (const socket of [...sockets])
          if (socket.data.caller && foundationsOf(socket.data.caller).some(({ sid }) => ended.has(sid)))
            socket.close(over, "the session has ended");
    } catch (error) {
      this.parts.log("warning", "ended_sessions_not_read", { reason: reason(error) });
    }
  }

  close(): void {
    clearInterval(this.watch);
    for (const { sockets } of [...this.users.values()])
      for (const socket of [...sockets]) socket.close(1001, "going away");
  }

  count(): number {
    return [...this.users.values()].reduce((sum, { sockets }) => sum + sockets.size, 0);
  }

  private async receive(socket: Socket, message: string | Buffer): Promise<void> {
    if (socket.readyState !== WebSocket.OPEN) return;
    const parsed = frame.safeParse(fromJson(String(message)));
    const reader = parsed.success && this.parts.readers?.find(({ kinds }) => kinds.includes(parsed.data.t));
    const mine = own.safeParse(parsed.data);
    if (!parsed.success || !(reader || mine.success)) return socket.close(notJson, "not a frame");
    if (mine.data?.t === "auth") return this.authenticate(socket, mine.data.token);
    const { caller } = socket.data;
    if (!caller) return socket.close(notAuthenticated, "the first frame must be auth");
    if (reader) return reader.receive(lineOf(socket, caller), parsed.data);
    socket.send(JSON.stringify({ t: "pong", n: mine.data?.n }));
  }

  private async authenticate(socket: Socket, token: string): Promise<void> {
    try {
      const caller = await this.parts.authenticator.caller(token);
      if (caller.actor || !may(caller, "profile:self")) return socket.close(notAuthenticated, "not for this token");
      const before = socket.data.caller;
      if (before && before.uid !== caller.uid) return socket.close(notAuthenticated, "another user");
      socket.data.caller = caller;
      socket.data.token = token;
      if (!before && !this.join(socket, caller.uid)) return socket.close(1008, "too many sockets");
      clearTimeout(socket.data.timer);
      const left = caller.exp * 1000 - this.parts.clock();
      socket.data.timer = setTimeout(() => socket.close(over, "the token has expired"), Math.max(0, left));
      socket.send(JSON.stringify({ t: "ready", exp: caller.exp }));
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error;
      socket.close(notAuthenticated, "bad token");
    }
  }

  private join(socket: Socket, uid: string): boolean {
    // the socket may have closed while its token was being checked
    if (socket.readyState !== WebSocket.OPEN) return false;
    const listener = this.users.get(uid) ?? this.listenFor(uid);
    if (listener.sockets.size >= socketsPerUser) return false;
    listener.sockets.add(socket);
    return true;
  }

  private listenFor(uid: string): Listener {
    const sockets = new Set<Socket>();
    const stop = this.parts.listen(uid, (text) => {
      for (const socket of sockets) socket.send(text);
    });
    const listener = { sockets, stop };
    this.users.set(uid, listener);
    return listener;
  }

  private leave(socket: Socket): void {
    const uid = socket.data.caller?.uid;
    const listener = uid === undefined ? undefined : this.users.get(uid);
    if (uid === undefined || !listener) return;
    listener.sockets.delete(socket);
    if (listener.sockets.size > 0) return;
    listener.stop();
    this.users.delete(uid);
  }
}

const lineOf = (socket: Socket, caller: Caller): Line => ({
  caller,
  token: socket.data.token,
  closed: socket.data.closed.signal,
  send: (sent) => void socket.send(JSON.stringify(sent)),
});

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
