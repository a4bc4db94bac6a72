import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { jetstreamManager, RetentionPolicy, type StoredMsg } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { z } from "zod";
import { uuid } from "./platform/ids.ts";
import { serviceNames } from "./platform/settings.ts";
import { password } from "./testing/harness.ts";
import { freePort, type Running, start, startDynoxide, startNats, until } from "./testing/servers.ts";

// The real thing: dynoxide twice, NATS, the commands of the launcher, one process and four.
const folder = mkdtempSync(join(tmpdir(), "bellwether-users-"));
const secretFile = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
};
let env: Record<string, string | undefined>;
let stores: Running[];
let nats: Awaited<ReturnType<typeof startNats>>;
let natsClient: NatsConnection;
let users: Running;
/** Stands where Amazon's machines would ask for the credentials of their role. */
let probes = 0;
const metadata = Bun.serve({
  port: await freePort(),
  hostname: "127.0.0.1",
  fetch: () => new Response(String(++probes)),
});
const received: Buffer[] = [];
const collector = Bun.serve({
  port: await freePort(),
  hostname: "127.0.0.1",
  fetch: async (request) => new Response(String(received.push(Buffer.from(await request.arrayBuffer())))),
});

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const serve = async (names: string, change: object = {}): Promise<Running> => {
  const port = await freePort();
  const command = [process.execPath, "run", here("main.ts"), names, "--port", String(port)];
  return start(command, port, { ...env, ...change });
};
const setup = async () => Bun.spawn([process.execPath, "run", here("setup.ts")], { env, stdout: "ignore" }).exited;

beforeAll(async () => {
  stores = await Promise.all([startDynoxide(), startDynoxide()]);
  nats = await startNats();
  env = {
    ...process.env,
    USERS_DYNAMODB_URL: `http://127.0.0.1:${stores[0]?.port}`,
    USERS_KEYS_DYNAMODB_URL: `http://127.0.0.1:${stores[1]?.port}`,
    USERS_KEK_FILE: secretFile("kek", crypto.getRandomValues(new Uint8Array(32))),
    BELLWETHER_POLICY_VERIFICATION: "optional",
    AUTH_OPERATOR_SECRET_FILE: secretFile("operator", "operator-secret-of-the-tests"),
    USERS_SERVICE_SECRET_FILE: secretFile("service", "service-secret-of-the-tests"),
    BELLWETHER_METRICS_SECRET_FILE: secretFile("metrics", "metrics-secret-of-the-tests"),
    BELLWETHER_NATS_URL: `nats://127.0.0.1:${nats.port}`,
    AWS_ACCESS_KEY_ID: undefined,
    AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url.origin,
  };
  expect([await setup(), await setup()]).toEqual([0, 0]);
  users = await serve(serviceNames.join(","));
  natsClient = await connect({ servers: `127.0.0.1:${nats.port}`, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
}, 30_000);
afterAll(async () => {
  await natsClient.close();
  await users.stop();
  for (const one of [...stores, nats]) await one.stop();
  await Promise.all([metadata.stop(true), collector.stop(true)]);
});

const tokenAnswer = z.object({ access_token: z.string(), user: z.object({ id: z.string() }) });
type Call = { port?: number; token?: string; body?: object; method?: string; key?: string };
function call(path: string, { port = users.port, token, body, method, key }: Call = {}): Promise<Response> {
  const headers = {
    "content-type": "application/json",
    ...(token && { authorization: `Bearer ${token}` }),
    ...(key && { "idempotency-key": key }),
  };
  const verb = method ?? (body ? "POST" : "GET");
  return fetch(`http://127.0.0.1:${port}${path}`, { method: verb, headers, body: body && JSON.stringify(body) });
}
async function person(email: string, port?: number) {
  await call("/api/v1/auth/register", { port, body: { email, password, name: "Test Person" } });
  const answer = await call("/api/v1/auth/login", { port, body: { email, password } });
  const { access_token, user } = tokenAnswer.parse(await answer.json());
  return { token: access_token, uid: user.id };
}
const ready = async (port: number) =>
  z.object({ status: z.string() }).parse(await (await call("/readyz", { port })).json()).status;
const publish = async (type: string, data: object) => {
  const event = {
    specversion: "1.0",
    id: uuid(Date.now()),
    source: "/test",
    type,
    time: new Date().toISOString(),
    data,
  };
  natsClient.publish(type, JSON.stringify(event));
  await natsClient.flush();
};
async function stored(): Promise<StoredMsg[]> {
  const manager = await jetstreamManager(natsClient, { checkAPI: false });
  const { state } = await manager.streams.info("USERS");
  const found: (StoredMsg | null)[] = [];
  for (let seq = Math.max(1, state.first_seq); seq <= state.last_seq; seq++)
    found.push(await manager.streams.getMessage("USERS", { seq }));
  return found.filter((message) => message !== null);
}
const storedTypes = async () => (await stored()).map(({ subject }) => subject);
const storedTraces = async () => (await stored()).map(({ header }) => header.get("traceparent"));

describe("one process", () => {
  test("works before the streams exist; their events wait and arrive once they do", async () => {
    await person("early@hillfarm.example");
    const manager = await jetstreamManager(natsClient, { checkAPI: false });
    for (const name of ["FARM", "GENETICS", "USERS"])
      await manager.streams.add({ name, subjects: [`${name.toLowerCase()}.>`], retention: RetentionPolicy.Limits });
    await until(async () => (await storedTypes()).includes("users.user.registered.v1"), 10_000);
  }, 15_000);

  test("an evaluation that comes before its membership becomes a notification and a frame", async () => {
    const mary = await person("mary@hillfarm.example");
    const socket = new WebSocket(`ws://127.0.0.1:${users.port}/api/v1/ws`);
    const frames: { t: string }[] = [];
    socket.onmessage = ({ data }) => frames.push(JSON.parse(String(data)));
    socket.onopen = () => socket.send(JSON.stringify({ t: "auth", token: mary.token }));
    await until(() => frames.length === 1);
    const done = {
      farm_id: "f1",
      flock_id: "k1",
      run_id: "r1",
      traits: ["WWT"],
      n_animals: 12,
      n_records: 30,
      finished_at: "x",
    };
    await publish("genetics.evaluation.completed.v1", done);
    await publish("genetics.evaluation.completed.v1", { poison: true });
    await Bun.sleep(300);
    await publish("farm.membership.granted.v1", { farm_id: "f1", user_id: mary.uid, role: "owner" });
    await until(() => frames.length === 2, 10_000);
    expect(frames.map(({ t }) => t)).toEqual(["ready", "notification"]);
    const list = await call("/api/v1/profiles/notifications", { token: mary.token });
    expect(await list.json()).toMatchObject({
      unread: 1,
      items: [{ kind: "evaluation_completed", data: { run_id: "r1" } }],
    });
    const conflict = {
      id: "i1",
      kind: "duplicate_identifier",
      collection: "identifiers",
      row_id: "i1",
      field: "value",
    };
    await publish("farm.conflict.found.v1", { farm_id: "f1", conflicts: [conflict] });
    await until(() => frames.length === 3, 10_000);
    expect(frames[2]).toMatchObject({ notification: { kind: "conflict_found", title: "A number on two animals" } });
    socket.close();
  }, 20_000);

  test("a NATS outage degrades, writes go on, and nothing is lost when it comes back", async () => {
    expect(await ready(users.port)).toBe("ready");
    const registered = async () =>
      (await storedTypes().catch(() => [])).filter((type) => type === "users.user.registered.v1").length;
    await until(async () => (await registered()) === 2, 5_000);
    await nats.stop();
    await until(async () => (await ready(users.port)) === "degraded", 10_000);
    await person("outage@hillfarm.example");
    nats = await startNats({ port: nats.port, folder: nats.folder });
    await until(async () => (await registered()) === 3, 20_000);
    await until(async () => (await ready(users.port)) === "ready", 10_000);
  }, 45_000);

  test.each(["before", "after"])(
    "killed %s its transaction, it makes a chat once",
    async (when) => {
      let victim: Running | undefined;
      const store = Bun.serve({
        port: await freePort(),
        hostname: "127.0.0.1",
        fetch: async (request) => {
          const body = await request.text();
          const strikes = victim !== undefined && body.includes("IDEM#") && body.includes("TransactItems");
          if (strikes && when === "before") victim?.process.kill("SIGKILL");
          const passed = strikes && when === "before" ? new Response("{}") : await pass(request, body);
          if (strikes) victim?.process.kill("SIGKILL");
          return passed;
        },
      });
      const pass = (request: Request, body: string) =>
        fetch(`http://127.0.0.1:${stores[0]?.port}`, { method: "POST", headers: request.headers, body });
      const services = await serve(serviceNames.join(","), { USERS_DYNAMODB_URL: store.url.href });
      const { token } = await person(`killed-${when}@hillfarm.example`, services.port);
      const create = (port: number) => call("/api/v1/chats", { port, token, body: { title: "Rams" }, key: "one-key" });
      victim = services;
      await expect(create(services.port)).rejects.toThrow();
      victim = undefined;
      const answers = [await create(users.port), await create(users.port)];
      expect(answers.map(({ status }) => status)).toEqual([201, 201]);
      const list = await call("/api/v1/chats", { token });
      expect(z.object({ items: z.array(z.unknown()) }).parse(await list.json()).items).toHaveLength(1);
      await store.stop(true);
    },
    20_000,
  );

  test("shows its metrics and stops within 5 s on SIGTERM", async () => {
    const other = await serve("auth");
    await person("metrics@hillfarm.example", other.port);
    expect((await call("/metrics", { port: other.port })).status).toBe(401);
    const text = await (await call("/metrics", { port: other.port, token: "metrics-secret-of-the-tests" })).text();
    expect(text).toContain(
      'bellwether_http_requests_total{service="auth",method="POST",route="/api/v1/auth/login",status="200"} 1',
    );
    expect(text).toMatch(/process_resident_memory_bytes \d+/);
    const started = Date.now();
    other.process.kill("SIGTERM");
    expect(await other.process.exited).toBe(0);
    expect(Date.now() - started).toBeLessThan(5_000);
  }, 15_000);

  test("a trace goes from a request through the outbox to the collector", async () => {
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const traced = await serve("auth", { BELLWETHER_OTLP_ENDPOINT: `${collector.url.href}v1/traces` });
    const answer = await fetch(`http://127.0.0.1:${traced.port}/api/v1/auth/register`, {
      method: "POST",
      headers: { "content-type": "application/json", traceparent: `00-${traceId}-b7ad6b7169203331-01` },
      body: JSON.stringify({ email: "traced@hillfarm.example", password, name: "Test Person" }),
    });
    expect(answer.status).toBe(202);
    const carried = async () => (await storedTraces()).find((trace) => trace.includes(traceId));
    await until(async () => (await carried()) !== undefined, 10_000);
    await traced.stop();
    const sent = Buffer.concat(received);
    expect(sent.includes(Buffer.from(traceId, "hex"))).toBe(true);
    expect(sent.includes("POST /api/v1/auth/register")).toBe(true);
    expect(sent.includes(Buffer.from((await carried())?.split("-")[2] ?? "?", "hex"))).toBe(true);
  }, 30_000);

  test("a store on this machine is served without asking anybody for credentials", () => expect(probes).toBe(0));

  test("wrong arguments and settings end with a reason", async () => {
    const run = (names: string, change: object) => {
      const command = [process.execPath, "run", here("main.ts"), names, "--port", "19019"];
      return Bun.spawn(command, { env: { ...env, ...change }, stdout: "pipe" });
    };
    const wrongName = run("auth,barn", {});
    expect([await wrongName.exited, await new Response(wrongName.stdout).text()]).toEqual([
      1,
      expect.stringContaining("usage"),
    ]);
    const noKek = run("auth", { USERS_KEK_FILE: "/nowhere" });
    expect([await noKek.exited, await new Response(noKek.stdout).text()]).toEqual([
      1,
      expect.stringContaining("USERS_KEK_FILE"),
    ]);
  });
});

describe("four processes", () => {
  test("answer as one does", async () => {
    const auth = await serve("auth");
    env.BELLWETHER_AUTH_URL = `http://127.0.0.1:${auth.port}`;
    const [sessions, profiles, chats] = await Promise.all(["sessions", "profiles", "chats"].map((name) => serve(name)));
    const mary = await person("split@hillfarm.example", auth.port);
    const paths: [string, Running | undefined][] = [
      ["/api/v1/auth/me", auth],
      ["/api/v1/sessions", sessions],
      ["/api/v1/profiles/me", profiles],
      ["/api/v1/chats", chats],
    ];
    for (const [path, part] of paths) {
      const split = await call(path, { port: part?.port, token: mary.token });
      const embedded = await call(path, { token: mary.token });
      expect([split.status, await split.text()]).toEqual([200, await embedded.text()]);
      expect((await call(path, { port: part?.port })).status).toBe(401);
    }
    await call("/api/v1/sessions", { port: sessions?.port, token: mary.token, method: "DELETE" });
    await Promise.all([auth, sessions, profiles, chats].map((one) => one?.stop()));
  }, 30_000);
});
