import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { ulid } from "./platform/ids.ts";
import { serviceNames } from "./platform/settings.ts";
import { password } from "./testing/harness.ts";
import { freePort, type Running, start, until } from "./testing/servers.ts";

// The service and its store are killed outright while people write: what was acknowledged is there afterwards.
const isLong = process.env.BELLWETHER_LONG !== undefined;
const writes = isLong ? 1_000 : 150;
const writers = 4;
const folder = mkdtempSync(join(tmpdir(), "bellwether-survival-"));
const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const program = here("node_modules/@dynoxide/linux-x64/dynoxide");

let env: Record<string, string | undefined>;
let ports: { user: number; keys: number; service: number };
let running: Record<"user" | "keys" | "service", Running>;
const store = (name: "user" | "keys") =>
  start([program, "--db-path", join(folder, name), "--host", "127.0.0.1", "--port", String(ports[name])], ports[name]);
const service = () =>
  start(
    [process.execPath, "run", here("main.ts"), serviceNames.join(","), "--port", String(ports.service)],
    ports.service,
    env,
  );

beforeAll(async () => {
  ports = { user: await freePort(), keys: await freePort(), service: await freePort() };
  const kek = join(folder, "kek");
  writeFileSync(kek, crypto.getRandomValues(new Uint8Array(32)), { mode: 0o600 });
  env = {
    ...process.env,
    USERS_DYNAMODB_URL: `http://127.0.0.1:${ports.user}`,
    USERS_KEYS_DYNAMODB_URL: `http://127.0.0.1:${ports.keys}`,
    USERS_KEK_FILE: kek,
    BELLWETHER_NATS_URL: "nats://127.0.0.1:9",
    BELLWETHER_POLICY_VERIFICATION: "optional",
    BELLWETHER_LOG_LEVEL: "error",
  };
  const [user, keys] = await Promise.all([store("user"), store("keys")]);
  expect(await Bun.spawn([process.execPath, "run", here("setup.ts")], { env, stdout: "ignore" }).exited).toBe(0);
  running = { user, keys, service: await service() };
}, 60_000);
afterAll(() => Promise.all(Object.values(running ?? {}).map((one) => one.stop())));

async function killed(name: "user" | "keys" | "service"): Promise<void> {
  running[name].process.kill("SIGKILL");
  await running[name].process.exited;
  running[name] = name === "service" ? await service() : await store(name);
}

type Asked = { token?: string; body?: object; cookie?: string };
function call(method: string, path: string, { token, body, cookie }: Asked = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${ports.service}${path}`, {
    method,
    headers: {
      ...(body && { "content-type": "application/json" }),
      ...(token && { authorization: `Bearer ${token}` }),
      ...(cookie && { cookie, origin: "http://localhost:8080", "x-bw-csrf": "1" }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
}

const given = z.object({ access_token: z.string() });
async function signedIn(email: string) {
  await call("POST", "/api/v1/auth/register", { body: { email, password, name: "Test Person" } });
  const answer = await call("POST", "/api/v1/auth/login", { body: { email, password } });
  if (answer.status !== 200) throw new Error(`log-in answered ${answer.status}: ${await answer.text()}`);
  const { access_token } = given.parse(await answer.json());
  const cookie = answer.headers.getSetCookie().map((line) => line.split(";")[0] ?? "");
  return { token: access_token, cookie: cookie.find((text) => text.startsWith("__Host-bw_rt=")) ?? "" };
}

async function contents(cid: string, token: string): Promise<Set<string>> {
  const page = z.object({ items: z.array(z.object({ id: z.string() })), next: z.string().nullable() });
  const found = new Set<string>();
  let cursor = "";
  do {
    const answer = await call("GET", `/api/v1/chats/${cid}/messages?limit=100${cursor}`, { token });
    const { items, next } = page.parse(await answer.json());
    for (const { id } of items) found.add(id);
    cursor = next === null ? "" : `&cursor=${encodeURIComponent(next)}`;
  } while (cursor);
  return found;
}

test(
  `of ${writes} messages each that was acknowledged is there, and who was signed in still is`,
  async () => {
    const mary = await signedIn("mary@hillfarm.example");
    const { token } = mary;
    const chats = await Promise.all(
      Array.from({ length: writers }, async () => {
        const answer = await call("POST", "/api/v1/chats", { token, body: { title: "Measured" } });
        return z.object({ id: z.string() }).parse(await answer.json()).id;
      }),
    );
    let acknowledged = 0;
    const kept = new Map<string, Set<string>>(chats.map((cid) => [cid, new Set()]));
    const write = async (cid: string) => {
      while (acknowledged < writes) {
        const body = { id: ulid(Date.now()), role: "user", content: "Which ram gives the best lambs?" };
        const answer = await call("POST", `/api/v1/chats/${cid}/messages`, { token, body }).catch(() => undefined);
        if (answer?.status === 201) {
          kept.get(cid)?.add(body.id);
          acknowledged += 1;
        } else await Bun.sleep(50);
      }
    };
    const writing = Promise.all(chats.map(write));
    for (const [at, name] of (["user", "service", "keys", "user"] as const).entries()) {
      await until(() => acknowledged >= ((at + 1) * writes) / 6, 120_000);
      await killed(name);
    }
    await writing;
    for (const cid of chats) {
      const found = await contents(cid, token);
      expect([...(kept.get(cid) ?? [])].filter((id) => !found.has(id))).toEqual([]);
    }
    expect((await call("GET", "/api/v1/sessions", { token })).status).toBe(200);
    expect((await call("POST", "/api/v1/auth/refresh", { cookie: mary.cookie })).status).toBe(200);
  },
  isLong ? 600_000 : 180_000,
);
