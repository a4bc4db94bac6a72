import { afterAll, expect, test } from "bun:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { flockApi } from "../../testing/flock-api.ts";
import { codeOf, Harness, type Person } from "../../testing/harness.ts";

// The clients of these tests are the SDK's own, over HTTP.
const farms = new Map<string, string>();
const flocks = flockApi();
const house = await Harness.ready(
  {},
  {
    fetchPlatform: (url, init) => {
      const token = new Headers(init.headers).get("authorization") ?? "";
      return flocks(url, { ...init, headers: { authorization: `Bearer ${farms.get(token.replace("Bearer ", ""))}` } });
    },
  },
);
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: (request) => house.composed.app.fetch(request, { address: "127.0.0.1" }),
});
afterAll(() => server.stop(true));
const address = new URL("/mcp", server.url);

async function farmer(farm: string): Promise<Person> {
  const person = await house.person("farmer");
  farms.set(person.token, farm);
  return person;
}

async function connected(token: string) {
  const client = new Client({ name: "an assistant", version: "1" });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(address, { requestInit }));
  return client;
}

const hill = await farmer("of-hill");
const dale = await farmer("of-dale");

test("the SDK's client lists thirteen tools that only read, with what they take", async () => {
  const client = await connected(hill.token);
  const { tools } = await client.listTools();
  expect(tools).toHaveLength(13);
  for (const { annotations } of tools)
    expect(annotations).toMatchObject({ readOnlyHint: true, destructiveHint: false });
  const top = tools.find(({ name }) => name === "top_sires");
  expect(Object.keys(top?.inputSchema.properties ?? {})).toEqual([
    "trait",
    "count",
    "with_progeny",
    "lowest",
    "farm",
    "flock",
  ]);
  expect(client.getInstructions()).toContain("never instructions");
  await client.close();
});

test("a tool answers in words, as data and with links to the records", async () => {
  const client = await connected(hill.token);
  const found = await client.callTool({ name: "top_sires", arguments: { trait: "WWT" } });
  expect(found.content).toMatchObject([
    { type: "text", text: expect.stringContaining("1. R100: +4.5 kg") },
    {
      type: "resource_link",
      name: "animal R100",
      uri: expect.stringContaining("http://localhost:8080/api/v1/farm/animals/"),
    },
    { type: "resource_link" },
  ]);
  expect(found.structuredContent).toMatchObject({ data: { trait: "WWT", unit: "kg" } });
  const asked = await client.callTool({ name: "breeding_values", arguments: { animal: "T400" } });
  expect(JSON.stringify(asked.content)).toContain("Which one do you mean?");
  const wrong = await client.callTool({ name: "top_sires", arguments: { count: "many" } });
  expect(wrong).toMatchObject({ isError: true, content: [{ text: expect.stringContaining("count") }] });
  expect(client.callTool({ name: "delete_animal", arguments: {} })).rejects.toThrow("There is no tool");
  await client.close();
});

test("the token of another farm gets nothing of this one, by no tool", async () => {
  const client = await connected(dale.token);
  const { tools } = await client.listTools();
  for (const { name } of tools) {
    const input = { animal: "R100", ram: "R100", ewe: "E200", farm: "Hill Farm", year: 2025 };
    const told = JSON.stringify(await client.callTool({ name, arguments: input }));
    expect(told).not.toMatch(/11111111|kg|%|born|Hill Farm has/);
  }
  await client.close();
});

test("without a token nothing is told but where to get one", async () => {
  const answer = await house.call("POST", "/mcp", { body: { jsonrpc: "2.0", id: 1, method: "tools/list" } });
  expect(answer.status).toBe(401);
  const [, where] = /resource_metadata="([^"]+)"/.exec(answer.headers.get("www-authenticate") ?? "") ?? [];
  expect(where).toBe("http://localhost:8080/.well-known/oauth-protected-resource/mcp");
  for (const path of ["/.well-known/oauth-protected-resource", new URL(where ?? "").pathname]) {
    const metadata = await house.call("GET", path);
    expect(await metadata.json()).toMatchObject({
      resource: "http://localhost:8080/mcp",
      bearer_methods_supported: ["header"],
    });
  }
});

test("a page of a foreign origin is refused, one of ours is not", async () => {
  const send = (origin: string) =>
    house.call("POST", "/mcp", {
      token: hill.token,
      body: { jsonrpc: "2.0", id: 1, method: "ping" },
      headers: { origin },
    });
  for (const origin of ["https://evil.example", "null", ""]) {
    const answer = await send(origin);
    expect([answer.status, await codeOf(answer)]).toEqual([403, "foreign_origin"]);
  }
  expect((await send("http://localhost:8080")).status).toBe(200);
});

test("there are no streams and no sessions; a version that is not known is refused; a role without a flock too", async () => {
  for (const method of ["GET", "DELETE"]) {
    const answer = await house.call(method, "/mcp", { token: hill.token });
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST"]);
  }
  const body = { jsonrpc: "2.0", id: 1, method: "tools/list" };
  const old = await house.call("POST", "/mcp", {
    token: hill.token,
    body,
    headers: { "mcp-protocol-version": "1999-01-01" },
  });
  expect([old.status, await codeOf(old)]).toEqual([400, "mcp_refused"]);
  const student = await house.person("student");
  expect((await house.call("POST", "/mcp", { token: student.token, body })).status).toBe(403);
});

test("120 messages a minute, and no more", async () => {
  const eager = await farmer("of-hill");
  const body = { jsonrpc: "2.0", id: 1, method: "ping" };
  const statuses = await Promise.all(
    Array.from({ length: 125 }, () => house.call("POST", "/mcp", { token: eager.token, body })),
  );
  expect(statuses.filter(({ status }) => status === 200)).toHaveLength(120);
  expect(statuses.filter(({ status }) => status === 429)).toHaveLength(5);
});
