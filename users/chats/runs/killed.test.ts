import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { DynamoTable } from "../../platform/dynamo/client.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import { usersTable } from "../../platform/dynamo/tables/shapes.ts";
import { ulid } from "../../platform/ids.ts";
import { serviceNames } from "../../platform/settings.ts";
import { password } from "../../testing/harness.ts";
import { startModel } from "../../testing/model-server.ts";
import { freePort, type Running, start, startDynoxide, until } from "../../testing/servers.ts";
import { messageList } from "../messages/schemas.ts";
import { chatView } from "../schemas.ts";
import { runView } from "./schemas.ts";

// A process of the chats service is killed outright in the middle of an answer; another one tells what it had stored.
const words = Array.from({ length: 400 }, (_, at) => `w${at} `);
const here = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url));
const model = startModel([{ text: words.join(""), pieceMs: 20 }]);
let env: Record<string, string | undefined>;
let stores: Running[];
let all: Running;
let victim: Running;
let table: DynamoTable;

const serve = async (names: string): Promise<Running> => {
  const port = await freePort();
  return start([process.execPath, "run", here("main.ts"), names, "--port", String(port)], port, env, 30_000);
};
beforeAll(async () => {
  stores = await Promise.all([startDynoxide(), startDynoxide()]);
  const kek = join(mkdtempSync(join(tmpdir(), "bellwether-killed-")), "kek");
  writeFileSync(kek, crypto.getRandomValues(new Uint8Array(32)), { mode: 0o600 });
  const url = `http://127.0.0.1:${stores[0]?.port}`;
  env = {
    ...process.env,
    USERS_DYNAMODB_URL: url,
    USERS_KEYS_DYNAMODB_URL: `http://127.0.0.1:${stores[1]?.port}`,
    USERS_KEK_FILE: kek,
    BELLWETHER_NATS_URL: "nats://127.0.0.1:9",
    BELLWETHER_POLICY_VERIFICATION: "optional",
    BELLWETHER_LOG_LEVEL: "error",
    CHATS_MODEL_URL: model.url,
    CHATS_MODEL_NAME: "slow",
  };
  expect(await Bun.spawn([process.execPath, "run", here("setup.ts")], { env, stdout: "ignore" }).exited).toBe(0);
  const credentials = async () => ({ accessKeyId: "test", secretAccessKey: "test" });
  table = new DynamoTable({ url, region: "eu-west-1", table: usersTable.name, credentials });
  all = await serve(serviceNames.join(","));
  env.BELLWETHER_AUTH_URL = `http://127.0.0.1:${all.port}`;
  victim = await serve("chats");
}, 60_000);
afterAll(async () => {
  for (const one of [all, victim, ...stores]) await one?.stop();
  model.stop();
});

type Asked = { token?: string; body?: object };
const call = (port: number, path: string, { token, body }: Asked = {}) =>
  fetch(`http://127.0.0.1:${port}/api/v1/${path}`, {
    method: body ? "POST" : "GET",
    headers: {
      ...(body && { "content-type": "application/json" }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
async function signedIn(): Promise<string> {
  const person = { email: "mary@hillfarm.example", password };
  await call(all.port, "auth/register", { body: { ...person, name: "Test Person" } });
  const answer = await call(all.port, "auth/login", { body: person });
  return z.object({ access_token: z.string() }).parse(await answer.json()).access_token;
}

const delta = z.object({ seq: z.number(), d: z.string() });
const deltasIn = (text: string) =>
  [...text.matchAll(/^event: delta\ndata: (.*)$/gm)].map(([, data]) => delta.parse(JSON.parse(data ?? "")));

test("killed in the middle of a stream: each token that was stored is told once, and stored once as interrupted", async () => {
  const token = await signedIn();
  const { id: chat } = chatView.parse(await (await call(victim.port, "chats", { token, body: {} })).json());
  const message = { id: ulid(Date.now()), role: "user", content: "Which ram?" };
  const { run } = runView.parse(
    await (await call(victim.port, `chats/${chat}/runs`, { token, body: { message } })).json(),
  );
  const stream = await call(victim.port, `chats/${chat}/runs/${run}`, { token });
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
  let seen = "";
  while (deltasIn(seen).length < 60) seen += (await reader?.read())?.value ?? "";
  victim.process.kill("SIGKILL");
  await victim.process.exited;
  const isLeft = async () => (await table.get(keys.chat(chat)))?.activeRun === run;
  await until(isLeft);
  // the dead do not renew: what would take fifteen seconds has passed
  await table.update(keys.chat(chat), { set: { runLease: 1 } });

  const resume = async (after: number) =>
    (await call(all.port, `chats/${chat}/runs/${run}?after=${after}`, { token })).text();
  const told = await Promise.all(Array.from({ length: 20 }, () => resume(-1)));
  expect(new Set(told).size).toBe(1);
  const deltas = deltasIn(told[0] ?? "");
  expect(deltas.length).toBeGreaterThan(20);
  expect(deltas.length).toBeLessThan(words.length);
  expect(deltas.map(({ seq }) => seq)).toEqual(deltas.map((_, at) => at));
  const text = deltas.map(({ d }) => d).join("");
  expect(words.join("").startsWith(text)).toBe(true);
  expect(deltasIn(await resume(9))).toEqual(deltas.slice(10));
  expect(told[0]).toContain('"status":"interrupted"');

  const answer = await call(all.port, `chats/${chat}/messages`, { token });
  const { items } = messageList.parse(await answer.json());
  expect(items.map(({ role, status, content }) => [role, status, content])).toEqual([
    ["assistant", "interrupted", text],
    ["user", "complete", message.content],
  ]);
  const again = { message: { ...message, id: ulid(Date.now()) } };
  expect((await call(all.port, `chats/${chat}/runs`, { token, body: again })).status).toBe(202);
}, 60_000);
