import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  SpanKind as OtelKind,
  ROOT_CONTEXT,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import type { Span, SpanKind, SpanResult, Traces } from "./traces.ts";

const kinds: Record<SpanKind, OtelKind> = { server: OtelKind.SERVER, consumer: OtelKind.CONSUMER };
const everyMs = 2_000;
const timeoutMs = 2_000;

/** Sends spans to a collector (OTLP over HTTP). While it is away spans are lost, and no request suffers. */
export class ExportedTraces implements Traces {
  private readonly provider: TracerProvider;
  private readonly tracer: Tracer;
  private readonly propagator = new W3CTraceContextPropagator();

  constructor(endpoint: string, service: string) {
    const exporter = new OTLPTraceExporter({ url: endpoint, timeoutMillis: timeoutMs });
    const batches = new BatchSpanProcessor({
      exporter,
      scheduledDelayMillis: everyMs,
      exportTimeoutMillis: timeoutMs,
    });
    const resource = resourceFromAttributes({ "service.name": service });
    this.provider = new TracerProvider({ resource, spanProcessors: [batches] });
    this.tracer = this.provider.getTracer("bellwether");
  }

  start(kind: SpanKind, given: string | undefined): Span {
    const carrier: Record<string, string> = given ? { traceparent: given } : {};
    const parent = this.propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
    const span = this.tracer.startSpan(kind, { kind: kinds[kind] }, parent);
    this.propagator.inject(trace.setSpan(parent, span), carrier, defaultTextMapSetter);
    const end = (name: string, { status, hasFailed }: SpanResult) => {
      span.updateName(name);
      if (status !== undefined) span.setAttribute("http.response.status_code", status);
      if (hasFailed) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    };
    return { traceparent: carrier.traceparent ?? "", end };
  }

  async close(): Promise<void> {
    await this.provider.shutdown().catch(() => undefined);
  }
}
