import { expect, test } from "bun:test";
import { Traces } from "./traces.ts";

const given = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

test("a span continues the caller's trace and is sent with its parent", async () => {
  const sent: string[] = [];
  const traces = new Traces("http://collector/v1/traces", "users", async (_url, body) => sent.push(body));
  const span = traces.start(given);
  expect(span.traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
  expect(span.traceparent).not.toBe(given);
  span.end("GET /x", 503);
  await traces.close();
  const [resource] = JSON.parse(sent[0] ?? "").resourceSpans;
  expect(resource.scopeSpans[0].spans[0]).toMatchObject({
    traceId: "0af7651916cd43dd8448eb211c80319c",
    parentSpanId: "b7ad6b7169203331",
    name: "GET /x",
    status: { code: 2 },
  });
});

test("a malformed parent starts a new trace; without a collector nothing is kept; a collector that is away harms nobody", async () => {
  const silent = new Traces("", "users", () => Promise.reject(new Error("must not be called")));
  const span = silent.start("00-zz-1-01");
  expect(span.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  span.end("GET /x", 200);
  await silent.close();
  const away = new Traces("http://collector", "users", () => Promise.reject(new Error("down")));
  away.start(given).end("GET /x", 200);
  await away.close();
});
