import {
  AckPolicy,
  DeliverPolicy,
  JetStreamApiError,
  type JsMsg,
  jetstream,
  jetstreamManager,
} from "@nats-io/jetstream";
import { StoreUnavailable } from "../dynamo/table.ts";
import { type Log, reason } from "../telemetry/logging.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Traces } from "../telemetry/traces.ts";
import type { Bus } from "./bus.ts";
import { cloudEvent, type Outcome, ofHead, type Subscriber } from "./cloud-event.ts";

/** After these the message goes to the dead letters, where an administrator sees and replays it. */
export const maxDeliver = 12;
const waitsMs = [200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000, 300_000];
const poisonWaitMs = 250;
const ackWaitNs = 30_000_000_000;

/** A durable pull consumer: one message at a time, acknowledged only after its effects are stored. */
export class Consumer {
  private stopped = false;
  private running: Promise<void> | undefined;
  private halt: () => void = () => undefined;

  constructor(
    private readonly bus: Bus,
    private readonly subscriber: Subscriber,
    private readonly parts: { log: Log; metrics: Metrics; traces: Traces },
  ) {}

  start(): void {
    this.running = this.loop();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.halt();
    await this.running;
  }

  private async loop(): Promise<void> {
    let told = "";
    while (!this.stopped) {
      try {
        await this.consume();
      } catch (error) {
        // the stream is made by the migration, which may come after us: wait for it, saying so once
        const why = reason(error);
        if (why !== told)
          this.parts.log("warning", "consumer_waits", { durable: this.subscriber.durable, reason: why });
        told = why;
      }
      if (!this.stopped) await Bun.sleep(1_000);
    }
  }

  private async consume(): Promise<void> {
    const live = this.bus.live;
    if (!live) return;
    const { stream, durable, subjects, readsHeads = false } = this.subscriber;
    const manager = await jetstreamManager(live, { checkAPI: false });
    const changeable = {
      // replayed dead letters come on a subject of this consumer alone
      filter_subjects: [...subjects, `${stream.toLowerCase()}.replay.${durable}`],
      ack_wait: ackWaitNs,
      max_deliver: maxDeliver,
      max_ack_pending: 200,
      headers_only: readsHeads,
    };
    const fixed = { durable_name: durable, ack_policy: AckPolicy.Explicit, deliver_policy: DeliverPolicy.All };
    try {
      await manager.consumers.add(stream, { ...fixed, ...changeable });
    } catch (error) {
      // a consumer of an older release has other numbers; anything else fails here again
      if (!(error instanceof JetStreamApiError)) throw error;
      await manager.consumers.update(stream, durable, changeable);
    }
    const consumer = await jetstream(live).consumers.get(stream, durable);
    const messages = await consumer.consume({ max_messages: 20 });
    this.halt = () => void messages.close();
    if (this.stopped) this.halt();
    for await (const message of messages) {
      await this.take(message);
      if (this.stopped) break;
    }
  }

  private async take(message: JsMsg): Promise<void> {
    const span = this.parts.traces.start("consumer", message.headers?.get("traceparent"));
    const outcome = await this.handle(message, span.traceparent);
    span.end(`consume ${message.subject}`, { hasFailed: outcome === "failed" });
    this.parts.metrics.eventsHandled.inc({ consumer: this.subscriber.durable, outcome });
    if (outcome === "handled" || outcome === "known") return void message.ack();
    const tried = message.info.deliveryCount;
    message.nak(outcome === "not_yet" ? (waitsMs[tried - 1] ?? 300_000) : poisonWaitMs);
  }

  private async handle(message: JsMsg, traceparent: string): Promise<Outcome | "failed"> {
    for (let isTold = false; !this.stopped; isTold = true) {
      try {
        const event = this.subscriber.readsHeads
          ? ofHead((name) => message.headers?.get(name))
          : cloudEvent.parse(message.json());
        // what was sent before facts had heads is let go: its data are not there to be read
        return event ? await this.subscriber.handle(event) : "known";
      } catch (error) {
        const place = { subject: message.subject, seq: message.seq, trace_id: traceparent.split("-")[1] };
        if (!isTold) this.parts.log("warning", "event_failed", { ...place, reason: reason(error) });
        if (!(error instanceof StoreUnavailable)) return "failed";
        // an outage of the store must not use up the deliveries of a good message
        message.working();
        await Bun.sleep(2_000);
      }
    }
    return "not_yet";
  }
}
