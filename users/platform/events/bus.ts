import { jetstream } from "@nats-io/jetstream";
import { connect, headers, type NatsConnection, type Subscription } from "@nats-io/transport-node";
import type { NatsLogin } from "../settings.ts";
import { type Log, reason } from "../telemetry/logging.ts";

export class BusDown extends Error {
  override name = "BusDown";
}

export type BusOptions = { url: string; name: string; login: NatsLogin; log: Log };
export type FrameHandler = (subject: string, data: Uint8Array) => void;

const retryMs = 1_000;
const publishTimeoutMs = 5_000;

/** One service's connection to NATS. It comes back by itself; while it is away, writes go on and events wait. */
export class Bus {
  private connection: NatsConnection | undefined;
  private readonly listeners = new Map<string, { handle: FrameHandler; subscription: Subscription | undefined }>();
  private stopped = false;
  private readonly loop: Promise<void>;

  constructor(private readonly options: BusOptions) {
    this.loop = this.keepConnected();
  }

  /** The open connection, or undefined. */
  get live(): NatsConnection | undefined {
    return this.connection && !this.connection.isClosed() ? this.connection : undefined;
  }

  async check(): Promise<void> {
    const live = this.live;
    if (!live) throw new BusDown("NATS is not connected: events wait in the outbox");
    await Promise.race([live.flush(), Bun.sleep(500).then(() => Promise.reject(new BusDown("NATS does not answer")))]);
  }

  /** Stores an event in JetStream; the id makes a second copy harmless. Throws unless it is stored. */
  async publish(subject: string, id: string, body: string, traceparent: string): Promise<void> {
    const live = this.live;
    if (!live) throw new BusDown("NATS is not connected");
    const given = headers();
    if (traceparent) given.set("traceparent", traceparent);
    await jetstream(live).publish(subject, body, { msgID: id, headers: given, timeout: publishTimeoutMs });
  }

  /** Core NATS: for whoever listens now; lost when nobody does. */
  send(subject: string, frame: object): void {
    this.live?.publish(subject, JSON.stringify(frame));
  }

  /** One listener per subject; it is set up again after each reconnection. */
  listen(subject: string, handle: FrameHandler): () => void {
    const listener = { handle, subscription: this.subscribe(subject, handle) };
    this.listeners.set(subject, listener);
    return () => {
      listener.subscription?.unsubscribe();
      this.listeners.delete(subject);
    };
  }

  async close(): Promise<void> {
    this.stopped = true;
    await this.connection?.close().catch(() => undefined);
    await this.loop;
  }

  private subscribe(subject: string, handle: FrameHandler): Subscription | undefined {
    return this.live?.subscribe(subject, {
      callback: (error, message) => {
        if (!error) handle(message.subject, message.data);
      },
    });
  }

  private async keepConnected(): Promise<void> {
    let told = "";
    while (!this.stopped) {
      try {
        const connection = await this.open();
        this.connection = connection;
        for (const [subject, listener] of this.listeners)
          listener.subscription = this.subscribe(subject, listener.handle);
        this.options.log("info", "nats_connected", { name: this.options.name });
        told = "";
        if (this.stopped) await connection.close();
        await connection.closed();
      } catch (error) {
        const why = reason(error);
        if (why !== told) this.options.log("warning", "nats_unreachable", { name: this.options.name, reason: why });
        told = why;
      }
      if (!this.stopped) await Bun.sleep(retryMs);
    }
  }

  private open(): Promise<NatsConnection> {
    const { url, name, login } = this.options;
    return connect({
      servers: url.replace(/^nats:\/\//, ""),
      name,
      user: login.user,
      pass: login.pass,
      // the broker lets each user hear its own answers only
      inboxPrefix: `_INBOX_${login.user ?? name}`,
      // the library reconnects after a short outage, the loop around it after a long one
      maxReconnectAttempts: 10,
      reconnectTimeWait: retryMs,
      timeout: 3_000,
    });
  }
}
