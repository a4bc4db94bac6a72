import { z } from "zod";
import type { Clock } from "../clock.ts";
import * as keys from "../dynamo/keys.ts";
import type { Table } from "../dynamo/table.ts";
import type { ServiceName } from "../settings.ts";
import { type Log, reason } from "../telemetry/logging.ts";
import type { Metrics } from "../telemetry/metrics.ts";

export type Publish = (subject: string, id: string, body: string, traceparent: string) => Promise<void>;

const waiting = z.object({
  pk: z.string(),
  sk: z.string(),
  type: z.string(),
  body: z.string(),
  at: z.number(),
  traceparent: z.string(),
});

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

  /** Publishes the events that wait now; returns how many. */
  async drain(): Promise<number> {
    const page = await this.table.query({ pk: keys.outboxPartition(this.service), limit: 100, consistent: true });
    const events = page.items.map((item) => waiting.parse(item));
    const oldest = events[0];
    const { metrics, clock } = this.parts;
    metrics.outboxAge.set({ service: this.service }, oldest ? (clock() - oldest.at) / 1000 : 0);
    for (const event of events) {
      await this.publish(event.type, event.sk, event.body, event.traceparent);
      await this.table.delete({ pk: event.pk, sk: event.sk });
      metrics.published.inc({ service: this.service });
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
