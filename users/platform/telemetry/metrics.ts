import { readdirSync } from "node:fs";
import { Counter, Gauge, Histogram, Registry } from "prom-client";

const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Everything that this process counts. The Python services use the same names and labels for the same things. */
export class Metrics {
  private readonly registry = new Registry();
  private readonly registers = [this.registry];

  readonly requests = new Counter({
    name: "bellwether_http_requests_total",
    help: "Requests answered",
    labelNames: ["service", "method", "route", "status"],
    registers: this.registers,
  });
  readonly requestSeconds = new Histogram({
    name: "bellwether_http_request_seconds",
    help: "Time to answer",
    labelNames: ["service", "method", "route"],
    buckets,
    registers: this.registers,
  });
  readonly storeCalls = new Counter({
    name: "bellwether_store_calls_total",
    help: "Calls to DynamoDB",
    labelNames: ["table", "operation", "outcome"],
    registers: this.registers,
  });
  readonly published = new Counter({
    name: "bellwether_outbox_published_total",
    help: "Facts that the relay published",
    labelNames: ["service"],
    registers: this.registers,
  });
  readonly outboxAge = new Gauge({
    name: "bellwether_outbox_oldest_seconds",
    help: "Age of the oldest unpublished fact",
    labelNames: ["service"],
    registers: this.registers,
  });
  readonly eventsHandled = new Counter({
    name: "bellwether_events_handled_total",
    help: "Events consumed, by outcome",
    labelNames: ["consumer", "outcome"],
    registers: this.registers,
  });
  readonly sessions = new Counter({
    name: "bellwether_sessions_total",
    help: "Sessions started, refreshed and ended",
    labelNames: ["event"],
    registers: this.registers,
  });

  constructor() {
    const startedAt = Math.round(performance.timeOrigin / 1000);
    this.gauge("process_start_time_seconds", "Start time of the process", () => startedAt);
    this.gauge("process_resident_memory_bytes", "Resident memory", () => process.memoryUsage.rss());
    this.gauge("process_open_fds", "Open file descriptors", openFiles);
    new Counter({
      name: "process_cpu_seconds_total",
      help: "User and system time of the processor",
      registers: this.registers,
      collect() {
        const { user, system } = process.cpuUsage();
        this.reset();
        this.inc((user + system) / 1e6);
      },
    });
  }

  /** A value that is read anew for each scrape. */
  gauge(name: string, help: string, read: () => number): void {
    const { registers } = this;
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  }

  /** How many sessions started, were refreshed and ended, by event. */
  async sessionEvents(): Promise<Record<string, number>> {
    const { values } = await this.sessions.get();
    return Object.fromEntries(values.map(({ labels, value }) => [String(labels.event), value]));
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }

  get contentType(): string {
    return this.registry.contentType;
  }
}

/** Linux only, as in Python; elsewhere there is no such folder, and the value stays 0. */
function openFiles(): number {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return 0;
  }
}
