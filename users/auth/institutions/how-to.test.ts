import { afterAll, expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { Harness } from "../../testing/harness.ts";
import { freePort } from "../../testing/servers.ts";
import { startUniversity } from "../../testing/university.ts";

// docs/how-to/connect-a-university.md, carried out as it stands.
const page = await Bun.file(
  fileURLToPath(new URL("../../../docs/how-to/connect-a-university.md", import.meta.url)),
).text();
const commands = [...page.matchAll(/^\$ (curl .*)$/gm)].map(([, command]) => command ?? "");

const house = await Harness.ready();
const university = await startUniversity(["http://localhost:8080/api/v1/auth/oidc/hill/callback"]);
const server = Bun.serve({
  port: await freePort(),
  hostname: "127.0.0.1",
  fetch: (request) => house.composed.app.fetch(request, { address: "127.0.0.1" }),
});
afterAll(() => {
  university.stop();
  return server.stop(true);
});

async function typed(command: string, TOKEN: string): Promise<string> {
  const here = command
    .replace("curl ", "curl -sS --fail ")
    .replaceAll("http://localhost:8080", server.url.origin)
    .replace("https://login.hill.example", university.issuer);
  const child = Bun.spawn(["sh", "-c", here], { env: { ...process.env, TOKEN }, stdout: "pipe", stderr: "inherit" });
  const printed = await new Response(child.stdout).text();
  expect([command, await child.exited]).toEqual([command, 0]);
  return printed;
}

test("the commands of the page", async () => {
  const person = await house.person("administrator");
  const token = await house.tokenOf(person, { acr: "aal2", roles: ["administrator"] });
  const [configure = "", doors = "", start = "", link = "", list = "", ...more] = commands;
  expect(more).toEqual([]);
  expect(JSON.parse(await typed(configure, token))).toMatchObject({ id: "hill", role: "researcher" });
  expect(JSON.parse(await typed(doors, token)).items).toEqual([{ id: "hill", name: "Hill University" }]);
  expect(await typed(start, token)).toContain(`Location: ${university.issuer}/auth?`);
  expect(JSON.parse(await typed(link, token)).url).toStartWith(`${university.issuer}/auth?`);
  expect(JSON.parse(await typed(list, token)).items).toEqual([]);
});
