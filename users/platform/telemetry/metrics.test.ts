import { expect, test } from "bun:test";
import { Metrics } from "./metrics.ts";

const linesOf = async (metrics: Metrics) => (await metrics.text()).split("\n");

test("names, labels and buckets are those of the Python services", async () => {
  const source = await Bun.file(new URL("../../../server/bellwether/platform/telemetry.py", import.meta.url)).text();
  const worker = await Bun.file(
    new URL("../../../server/bellwether/platform/worker/gauges.py", import.meta.url),
  ).text();
  const metrics = new Metrics();
  metrics.requests.inc({ service: "auth", method: "GET", route: "/x", status: "200" });
  metrics.requestSeconds.observe({ service: "auth", method: "GET", route: "/x" }, 0.3);
  metrics.outboxAge.set({ service: "auth" }, 2);
  const lines = await linesOf(metrics);
  for (const labels of [
    ["service", "method", "route", "status"],
    ["service", "method", "route"],
  ])
    expect(source).toContain(`[${labels.map((name) => `"${name}"`).join(", ")}]`);
  for (const name of ["bellwether_http_requests_total", "bellwether_http_request_seconds"])
    expect([source.includes(`"${name}"`), lines.some((line) => line.startsWith(`# TYPE ${name} `))]).toEqual([
      true,
      true,
    ]);
  expect(worker).toContain(
    'Gauge("bellwether_outbox_oldest_seconds", "Age of the oldest unpublished fact", ["service"]',
  );
  expect(lines).toContain('bellwether_outbox_oldest_seconds{service="auth"} 2');
  expect(lines).toContain('bellwether_http_requests_total{service="auth",method="GET",route="/x",status="200"} 1');
  const bounds = /buckets=\(([^)]*)\)/.exec(source)?.[1]?.split(", ");
  const found = lines.flatMap((line) => /request_seconds_bucket\{le="([\d.]+)"/.exec(line)?.[1] ?? []);
  expect(found).toEqual(bounds ?? []);
});

test("a hostile label stays inside its quotes", async () => {
  const metrics = new Metrics();
  metrics.sessions.inc({ event: 'a"} 1\nforged_total 7' });
  expect(await linesOf(metrics)).toContain('bellwether_sessions_total{event="a\\"} 1\\nforged_total 7"} 1');
});

test("the process tells its memory, its time and its files", async () => {
  const lines = await linesOf(new Metrics());
  const shown = (name: string) => Number(lines.find((line) => line.startsWith(`${name} `))?.split(" ")[1]);
  expect(shown("process_resident_memory_bytes")).toBeGreaterThan(10_000_000);
  expect(shown("process_cpu_seconds_total")).toBeGreaterThan(0);
  expect(shown("process_open_fds")).toBeGreaterThan(2);
  expect(Math.abs(shown("process_start_time_seconds") - Date.now() / 1000)).toBeLessThan(3_600);
});

test("two registries of one process share nothing", async () => {
  const [one, other] = [new Metrics(), new Metrics()];
  one.sessions.inc({ event: "started" });
  expect(await one.sessionEvents()).toEqual({ started: 1 });
  expect(await other.sessionEvents()).toEqual({});
});
