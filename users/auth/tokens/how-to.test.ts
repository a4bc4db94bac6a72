import { afterAll, expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { Harness } from "../../testing/harness.ts";
import { freePort } from "../../testing/servers.ts";
import { newToken } from "./schemas.ts";

// docs/how-to/give-a-script-a-token.md, carried out as it stands.
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const page = await Bun.file(here("../../../docs/how-to/give-a-script-a-token.md")).text();
const commands = [...page.matchAll(/^\$ (curl .*)$/gm)].map(([, command]) => command ?? "");
const [script = ""] = /(?<=^```python\n).*?(?=^```)/ms.exec(page) ?? [];

const house = await Harness.ready();
const { app, authenticator } = house.composed;
/** The farm service is of the other side; here a stand-in asks what it would ask of the token. */
async function farms(request: Request): Promise<Response> {
  const caller = await authenticator.caller(request.headers.get("authorization")?.split(" ")[1] ?? "");
  expect(caller.scopes).toEqual(["flock:read"]);
  return Response.json({ items: [{ name: "Hill Farm" }], next: null });
}
const server = Bun.serve({
  port: await freePort(),
  hostname: "127.0.0.1",
  fetch: (request) =>
    request.url.endsWith("/api/v1/farm/farms") ? farms(request) : app.fetch(request, { address: "127.0.0.1" }),
});
afterAll(() => server.stop(true));
const base = server.url.origin;

async function run(command: string[], env: Record<string, string>): Promise<string> {
  const child = Bun.spawn(command, { env: { ...process.env, ...env }, stdout: "pipe", stderr: "inherit" });
  const printed = await new Response(child.stdout).text();
  expect([command.join(" "), await child.exited]).toEqual([command.join(" "), 0]);
  return printed;
}
const typed = (command: string, env: Record<string, string>) =>
  run(["sh", "-c", command.replace("curl ", "curl -sS --fail ").replaceAll("http://localhost:8080", base)], env);

test("the commands and the script of the page", async () => {
  const { token: TOKEN } = await house.person("farmer");
  const [make = "", forFarm = "", exchange = "", read = "", list = "", remove = "", ...more] = commands;
  expect(more).toEqual([]);
  const { token: BELLWETHER_TOKEN, id: ID } = newToken.parse(JSON.parse(await typed(make, { TOKEN })));
  expect(await run([here("../../../.venv/bin/python"), "-c", script], { BELLWETHER: base, BELLWETHER_TOKEN })).toBe(
    "Hill Farm\n",
  );
  const exchanged = JSON.parse(await typed(exchange, { BELLWETHER_TOKEN }));
  const ACCESS_TOKEN = z.object({ access_token: z.string() }).parse(exchanged).access_token;
  expect(JSON.parse(await typed(read, { ACCESS_TOKEN })).items).toEqual([{ name: "Hill Farm" }]);
  expect(JSON.parse(await typed(list, { TOKEN })).items).toMatchObject([{ id: ID, last_used_on: "2027-03-01" }]);
  await typed(remove, { TOKEN, ID });
  const FARM = "01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4d";
  const bound = newToken.parse(JSON.parse(await typed(forFarm, { TOKEN, FARM })));
  expect(bound.farms).toEqual([FARM]);
  await typed(remove, { TOKEN, ID: bound.id });
  expect(JSON.parse(await typed(list, { TOKEN })).items).toEqual([]);
});
