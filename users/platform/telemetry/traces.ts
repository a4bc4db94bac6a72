import { randomBytes } from "node:crypto";

export type Span = { traceparent: string; end: (name: string, status: number) => void };
type Finished = Record<string, unknown>;

const everyMs = 2_000;
const mostWaiting = 2_000;
const wellFormed = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;

/** One span per request, continuing the caller's trace; sent as OTLP/HTTP JSON when there is a collector. */
export class Traces {
  private waiting: Finished[] = [];
  private readonly timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly endpoint: string,
    private readonly service: string,
    private readonly post: (url: string, body: string) => Promise<unknown> = send,
  ) {
    if (endpoint) this.timer = setInterval(() => void this.flush(), everyMs);
  }

  /** A malformed traceparent starts a trace of its own; what is answered goes into logs, calls and events. */
  start(given: string | undefined): Span {
    const [, traceId = hex(16), parentSpanId = ""] = wellFormed.exec(given ?? "") ?? [];
    const spanId = hex(8);
    const startTimeUnixNano = nowNano();
    const end = (name: string, status: number) => {
      if (!this.endpoint || this.waiting.length >= mostWaiting) return;
      const times = { startTimeUnixNano, endTimeUnixNano: nowNano() };
      const attributes = [{ key: "http.response.status_code", value: { intValue: String(status) } }];
      const code = status >= 500 ? 2 : 0;
      this.waiting.push({ traceId, spanId, parentSpanId, name, kind: 2, ...times, attributes, status: { code } });
    };
    return { traceparent: `00-${traceId}-${spanId}-01`, end };
  }

  /** A collector that is away costs its spans, never a request. */
  async flush(): Promise<void> {
    if (this.waiting.length === 0) return;
    const spans = this.waiting;
    this.waiting = [];
    const resource = { attributes: [{ key: "service.name", value: { stringValue: this.service } }] };
    const scopeSpans = [{ scope: { name: "bellwether" }, spans }];
    await this.post(this.endpoint, JSON.stringify({ resourceSpans: [{ resource, scopeSpans }] })).catch(
      () => undefined,
    );
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }
}

const hex = (bytes: number) => randomBytes(bytes).toString("hex");
const nowNano = () => `${Math.round((performance.timeOrigin + performance.now()) * 1000)}000`;
const send = (url: string, body: string) =>
  fetch(url, {
    method: "POST",
    body,
    headers: { "content-type": "application/json" },
    signal: AbortSignal.timeout(2_000),
  });
