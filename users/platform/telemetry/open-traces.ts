import { contextOnly, type Traces } from "./traces.ts";

/** OpenTelemetry costs start-up time and memory, so it is loaded only when there is a collector to send to. */
export async function openTraces(endpoint: string, service: string): Promise<Traces> {
  if (!endpoint) return contextOnly;
  const { ExportedTraces } = await import("./exported-traces.ts");
  return new ExportedTraces(endpoint, service);
}
