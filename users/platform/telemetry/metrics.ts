type Labels = Record<string, string>;
type Series = { labels: string; value: number };

const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A small Prometheus registry: counters, gauges and one set of histogram buckets. */
export class Metrics {
  private readonly series = new Map<string, Map<string, Series>>();
  private readonly described = new Map<string, { help: string; type: string }>();
  private readonly sampled: (() => void)[] = [];

  describe(name: string, type: "counter" | "gauge" | "histogram", help: string): void {
    this.described.set(name, { type, help });
  }

  add(name: string, labels: Labels = {}, by = 1): void {
    this.at(name, labels).value += by;
  }

  set(name: string, value: number, labels: Labels = {}): void {
    this.at(name, labels).value = value;
  }

  observe(name: string, value: number, labels: Labels = {}): void {
    for (const le of buckets) this.add(`${name}_bucket`, { ...labels, le: String(le) }, value <= le ? 1 : 0);
    this.add(`${name}_bucket`, { ...labels, le: "+Inf" });
    this.add(`${name}_sum`, labels, value);
    this.add(`${name}_count`, labels);
  }

  /** `sample` runs before each scrape. */
  beforeScrape(sample: () => void): void {
    this.sampled.push(sample);
  }

  /** The values of one counter by one of its labels. */
  byLabel(name: string, label: string): Record<string, number> {
    const found: Record<string, number> = {};
    for (const { labels, value } of this.series.get(name)?.values() ?? []) {
      const key = new RegExp(`${label}="([^"]*)"`).exec(labels)?.[1] ?? "";
      found[key] = (found[key] ?? 0) + value;
    }
    return found;
  }

  text(): string {
    for (const sample of this.sampled) sample();
    const lines: string[] = [];
    const headed = new Set<string>();
    for (const [name, all] of this.series) {
      const family = name.replace(/_(bucket|sum|count)$/, "");
      const about = this.described.get(name) ? name : family;
      const described = this.described.get(about);
      if (described && !headed.has(about))
        lines.push(`# HELP ${about} ${described.help}`, `# TYPE ${about} ${described.type}`);
      headed.add(about);
      for (const { labels, value } of all.values()) lines.push(`${name}${labels} ${value}`);
    }
    return `${lines.join("\n")}\n`;
  }

  private at(name: string, labels: Labels): Series {
    const text = labelText(labels);
    const all = this.series.get(name) ?? new Map<string, Series>();
    this.series.set(name, all);
    const one = all.get(text) ?? { labels: text, value: 0 };
    all.set(text, one);
    return one;
  }
}

export function platformMetrics(): Metrics {
  const metrics = new Metrics();
  metrics.describe("bellwether_http_requests_total", "counter", "Requests answered");
  metrics.describe("bellwether_http_request_seconds", "histogram", "Time to answer");
  metrics.describe("bellwether_store_calls_total", "counter", "Calls to DynamoDB");
  metrics.describe("bellwether_outbox_published_total", "counter", "Events that the relay published");
  metrics.describe("bellwether_outbox_lag_seconds", "gauge", "Age of the oldest event that waits in the outbox");
  metrics.describe("bellwether_events_handled_total", "counter", "Events consumed, by outcome");
  metrics.describe("bellwether_sessions_total", "counter", "Sessions started, refreshed and ended");
  metrics.describe("bellwether_websockets", "gauge", "Open WebSockets");
  metrics.describe("process_resident_memory_bytes", "gauge", "Resident memory");
  metrics.beforeScrape(() => metrics.set("process_resident_memory_bytes", process.memoryUsage.rss()));
  return metrics;
}

function labelText(labels: Labels): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, "_")}"`);
  return parts.length > 0 ? `{${parts.join(",")}}` : "";
}
