import { z } from "zod";
import { type Clock, isoTime } from "../clock.ts";
import * as keys from "../dynamo/keys.ts";
import type { Attributes, PutWrite, Table } from "../dynamo/table.ts";
import { uuid } from "../ids.ts";
import type { ServiceName } from "../settings.ts";
import { type Log, reason } from "../telemetry/logging.ts";
import type { Metrics } from "../telemetry/metrics.ts";

/*
 * Why an outbox item and not the table's stream:
 * - the event is written in the same transaction as the change, in the words of its contract; a stream record is a
 *   row image from which the event would have to be guessed;
 * - it is deleted only after JetStream has acknowledged it, so an outage of a day or a week loses nothing; a stream
 *   forgets after 24 hours;
 * - there is no shard iterator or checkpoint to keep, and the same code runs on DynamoDB, dynoxide and the double;
 * - two relays at once are harmless: the event id is the message id, JetStream drops the second copy.
 * The price is one more item in the transaction and one delete. The tables still carry a stream for other readers.
 */

export type NewEvent = {
  type: `users.${string}.v1`;
  subject: string;
  actor: string | null;
  data: Attributes;
  traceparent?: string;
};

export type Publish = (subject: string, id: string, body: string, traceparent: string) => Promise<void>;

const waiting = z.object({
  pk: z.string(),
  sk: z.string(),
  type: z.string(),
  body: z.string(),
  at: z.number(),
  traceparent: z.string(),
});

/** The outbox write of an event, to go into the transaction of its change. */
export function outboxEntry(clock: Clock, service: ServiceName, event: NewEvent): PutWrite {
  const id = uuid(clock());
  const traceparent = event.traceparent ?? "";
  const body = JSON.stringify({
    specversion: "1.0",
    id,
    source: `/${service}`,
    type: event.type,
    subject: event.subject,
    time: isoTime(clock()),
    datacontenttype: "application/json",
    traceparent,
    actor: event.actor,
    farmid: null,
    keyversion: 1,
    data: event.data,
  });
  return { put: { ...keys.outbox(service, id), type: event.type, body, at: clock(), traceparent } };
}

const pauseMs = 1_000;

/** Carries a service's waiting events to JetStream, oldest first, and deletes each once it is stored there. */
export class Relay {
  private running: Promise<void> | undefined;
  private stopped = false;
  private wake: () => void = () => undefined;

  constructor(
    private readonly table: Table,
    private readonly service: ServiceName,
    private readonly publish: Publish,
    private readonly parts: { log: Log; metrics: Metrics; clock: Clock },
  ) {}

  start(): void {
    this.running = this.loop();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.running;
  }

  /** Publishes what waits now; answers how many. */
  async drain(): Promise<number> {
    const page = await this.table.query({ pk: keys.outboxPartition(this.service), limit: 100, consistent: true });
    const events = page.items.map((item) => waiting.parse(item));
    const oldest = events[0];
    this.parts.metrics.set("bellwether_outbox_lag_seconds", oldest ? (this.parts.clock() - oldest.at) / 1000 : 0, {
      service: this.service,
    });
    for (const event of events) {
      await this.publish(event.type, event.sk, event.body, event.traceparent);
      await this.table.delete({ pk: event.pk, sk: event.sk });
      this.parts.metrics.add("bellwether_outbox_published_total", { service: this.service });
    }
    return events.length;
  }

  private async loop(): Promise<void> {
    let told = "";
    while (!this.stopped) {
      let moved = 0;
      try {
        moved = await this.drain();
        told = "";
      } catch (error) {
        const why = reason(error);
        if (why !== told) this.parts.log("warning", "outbox_waits", { service: this.service, reason: why });
        told = why;
      }
      if (moved === 0 && !this.stopped)
        await new Promise<void>((resolve) => {
          this.wake = resolve;
          setTimeout(resolve, pauseMs);
        });
    }
  }
}
