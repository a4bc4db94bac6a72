import { afterAll, expect, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { z } from "zod";
import { newToken } from "../../auth/tokens/schemas.ts";
import { flockApi } from "../../testing/flock-api.ts";
import { Harness } from "../../testing/harness.ts";

// docs/how-to/connect-an-assistant-by-mcp.md, carried out as it stands
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const page = await Bun.file(here("../../../docs/how-to/connect-an-assistant-by-mcp.md")).text();
const [keep = "", metadata = "", call = ""] = [...page.matchAll(/^\$ (.*)$/gm)].map(([, command]) => command ?? "");
const [settings = "{}"] = /(?<=^```json\n).*?(?=^```)/ms.exec(page) ?? [];
const home = mkdtempSync(join(tmpdir(), "bellwether-mcp-"));

const flock = flockApi();
const asHill = (url: string, init: RequestInit) =>
  flock(url, { ...init, headers: { authorization: "Bearer of-hill" } });
const house = await Harness.ready({}, { fetchPlatform: asHill });
const { app, authenticator } = house.composed;
/** The other services are stood in for; they ask of the token what they always ask. */
async function service(request: Request): Promise<Response> {
  const caller = await authenticator
    .caller(request.headers.get("authorization")?.split(" ")[1] ?? "")
    .catch(() => undefined);
  if (!caller) return Response.json({}, { status: 401 });
  expect(caller.scopes).toContain("flock:read");
  return asHill(request.url, { method: request.method, body: (await request.text()) || undefined });
}
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: (request) =>
    /^\/api\/v1\/(farm|genetics)\//.test(new URL(request.url).pathname)
      ? service(request)
      : app.fetch(request, { address: "127.0.0.1" }),
});
afterAll(() => server.stop(true));
const base = server.url.origin;

async function typed(command: string, env: Record<string, string> = {}): Promise<string> {
  const own = command.replace("curl ", "curl -sS --fail ").replaceAll("http://localhost:8080", base);
  const child = Bun.spawn(["sh", "-ec", own], {
    env: { ...process.env, HOME: home, ...env },
    stdout: "pipe",
    stderr: "inherit",
  });
  const printed = await new Response(child.stdout).text();
  expect(await child.exited).toBe(0);
  return printed;
}

test("the program of the page reads the flock with the token of the file, until it is taken back", async () => {
  const person = await house.person("farmer");
  const asked = { name: "assistant", scopes: ["flock:read", "evaluation:read", "genotype:read"], expires_in_days: 30 };
  const made = newToken.parse(
    await (await house.call("POST", "/api/v1/auth/tokens", { token: person.token, body: asked })).json(),
  );
  await typed(keep, { TOKEN: made.token });
  const servers = z.object({
    mcpServers: z.object({ bellwether: z.object({ command: z.string(), args: z.array(z.string()) }) }),
  });
  const { command, args } = servers.parse(JSON.parse(settings)).mcpServers.bellwether;
  expect(command).toEndWith("/bellwether");
  const own = args.map((each) => each.replace("http://localhost:8080", base).replace("/home/ada", home));
  const env = { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "" };
  const client = new Client({ name: "an assistant", version: "1" });
  await client.connect(new StdioClientTransport({ command: here("../../../.venv/bin/bellwether"), args: own, env }), {
    timeout: 60_000,
  });
  expect((await client.listTools()).tools).toHaveLength(13);
  const told = await client.callTool({ name: "top_sires", arguments: {} });
  expect(JSON.stringify(told.content)).toContain("1. R100: +4.5 kg");
  expect((await house.call("DELETE", `/api/v1/auth/tokens/${made.id}`, { token: person.token })).status).toBe(204);
  expect((await client.callTool({ name: "top_sires", arguments: {} })).isError).toBe(true);
  await client.close();
}, 90_000);

test("the addresses of the page answer", async () => {
  expect(JSON.parse(await typed(metadata))).toMatchObject({ resource: "http://localhost:8080/mcp" });
  const { token: ACCESS_TOKEN } = await house.person("farmer");
  expect(await typed(call, { ACCESS_TOKEN })).toContain("1. R100: +4.5 kg");
});
