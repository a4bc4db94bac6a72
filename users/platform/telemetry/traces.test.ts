import { afterAll, expect, test } from "bun:test";
import { freePort, until } from "../../testing/servers.ts";
import { openTraces } from "./open-traces.ts";
import { contextOnly } from "./traces.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const given = `00-${traceId}-b7ad6b7169203331-01`;
const bytes = (hex: string) => Buffer.from(hex, "hex");

const received: { type: string | null; body: Buffer }[] = [];
const collector = Bun.serve({
  port: await freePort(),
  hostname: "127.0.0.1",
  fetch: async (request) => {
    received.push({ type: request.headers.get("content-type"), body: Buffer.from(await request.arrayBuffer()) });
    return new Response();
  },
});
afterAll(() => collector.stop(true));

test.each([
  ["without a collector", ""],
  ["with one", `${collector.url.href}v1/traces`],
])("%s a span continues the caller's trace, and a malformed parent starts a new one", async (_where, endpoint) => {
  const traces = await openTraces(endpoint, "users");
  expect(traces.start("server", given).traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
  expect(traces.start("server", given).traceparent).not.toBe(given);
  for (const wrong of [undefined, "", "00-zz-1-01", `${given}-more`])
    expect(traces.start("server", wrong).traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  expect(traces.start("server", "00-zz-1-01").traceparent).not.toContain(traceId);
  await traces.close();
});

test("spans reach the collector with their trace, parent, name and service when the process stops", async () => {
  received.length = 0;
  const traces = await openTraces(`${collector.url.href}v1/traces`, "users-of-the-test");
  const span = traces.start("server", given);
  span.end("GET /api/v1/profiles/me", { status: 503, hasFailed: true });
  traces.start("consumer", span.traceparent).end("consume farm.membership.granted.v1", { hasFailed: false });
  await traces.close();
  await until(() => received.length > 0);
  expect(received[0]?.type).toBe("application/x-protobuf");
  const body = Buffer.concat(received.map((one) => one.body));
  const own = span.traceparent.split("-")[2] ?? "";
  for (const part of [bytes(traceId), bytes("b7ad6b7169203331"), bytes(own)]) expect(body.includes(part)).toBe(true);
  for (const text of ["users-of-the-test", "GET /api/v1/profiles/me", "consume farm.membership.granted.v1"])
    expect(body.includes(text)).toBe(true);
});

test("a caller who does not want to be traced is not, and the trace goes on all the same", async () => {
  received.length = 0;
  const traces = await openTraces(`${collector.url.href}v1/traces`, "users");
  const span = traces.start("server", given.replace(/01$/, "00"));
  expect(span.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
  span.end("GET /x", { status: 200, hasFailed: false });
  await traces.close();
  expect(received).toEqual([]);
});

test("a collector that is away harms nobody; without one nothing is kept", async () => {
  const away = await openTraces("http://127.0.0.1:1/v1/traces", "users");
  away.start("server", given).end("GET /x", { status: 200, hasFailed: false });
  await away.close();
  expect(await openTraces("", "users")).toBe(contextOnly);
});
