import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { type Composed, compose } from "../composition/compose.ts";
import { ensureStores, openStores, type Stores } from "../composition/stores.ts";
import { memory } from "../platform/catalogue.gen.ts";
import { SigningKeys } from "../platform/identity/signing-keys.ts";
import { readSettings, type Settings, serviceNames } from "../platform/settings.ts";
import { quiet } from "../platform/telemetry/logging.ts";
import { freePort, type Running, start } from "../testing/servers.ts";

/** Where the user services are measured: two stores on disk, one process with all four services, and us beside it. */

const password = "seven grey ewes at dawn";
const origin = "http://localhost:8080";
const signedIn = z.object({ access_token: z.string(), user: z.object({ id: z.string() }) });
export type Person = { uid: string; email: string; token: string; cookie: string };

export class Ground {
  private constructor(
    private readonly started: AsyncDisposableStack,
    readonly server: Running,
    /** what is measured against */
    readonly bare: Running,
    readonly settings: Settings,
    readonly stores: Stores,
    readonly composed: Composed,
    /** length of a measurement, seconds */
    readonly seconds: number,
    /** shrinks every size */
    readonly scale: number,
  ) {}

  static async open(isQuick: boolean): Promise<Ground> {
    await using started = new AsyncDisposableStack();
    const own = async (starting: Promise<Running>) => started.adopt(await starting, (one) => one.stop());
    const folder = mkdtempSync(join(tmpdir(), "bellwether-bench-users-"));
    started.defer(() => rmSync(folder, { recursive: true }));
    const stores = await Promise.all(["user", "keys"].map((name) => own(dynoxideOn(join(folder, name)))));
    const env = environment(folder, stores);
    const settings = readSettings(env);
    const opened = openStores(settings);
    await ensureStores(opened, settings, 10_000);
    await new SigningKeys(opened.table, settings.kek, Date.now, settings.AUTH_ACCESS_TOKEN_SECONDS).ensure();
    const server = await own(ownProcess("../main.ts", [serviceNames.join(","), "--port"], env));
    const bare = await own(ownProcess("./answering.ts"));
    const composed = compose(serviceNames, { settings, clock: Date.now, log: quiet, ...opened });
    const [length, scale] = isQuick ? [3, 0.1] : [9, 1];
    return new Ground(started.move(), server, bare, settings, opened, composed, length, scale);
  }

  async close(): Promise<void> {
    this.composed.sockets?.close();
    await this.started.disposeAsync();
  }

  size(full: number): number {
    return Math.round(full * this.scale);
  }

  /** The body of an answer that must be a good one. */
  async call(method: string, path: string, { token, body, headers }: Asked = {}): Promise<Response> {
    const answer = await fetch(`http://127.0.0.1:${this.server.port}${path}`, {
      method,
      headers: {
        ...(body !== undefined && { "content-type": "application/json" }),
        ...(token && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
    return answer;
  }

  async person(name: string): Promise<Person> {
    const email = `${name}@hillfarm.example`;
    await this.call("POST", "/api/v1/auth/register", { body: { email, password, name: "Measured" } });
    return this.login(email);
  }

  async login(email: string): Promise<Person> {
    const answer = await this.call("POST", "/api/v1/auth/login", { body: { email, password } });
    const { access_token, user } = signedIn.parse(await answer.json());
    return { uid: user.id, email, token: access_token, cookie: cookieOf(answer) };
  }

  /** Returns the next cookie. */
  async refresh(cookie: string): Promise<string> {
    const headers = { cookie, origin, "x-bw-csrf": "1" };
    const answer = await this.call("POST", "/api/v1/auth/refresh", { headers });
    await answer.arrayBuffer();
    return cookieOf(answer);
  }
}

/** A program of ours that takes its port as its last argument. */
async function ownProcess(file: string, before: string[] = [], env: Record<string, string> = {}): Promise<Running> {
  const port = await freePort();
  return start(
    [process.execPath, "run", fileURLToPath(new URL(file, import.meta.url)), ...before, String(port)],
    port,
    env,
    30_000,
  );
}

type Asked = { token?: string; body?: object; headers?: Record<string, string> };

const cookieOf = (answer: Response) =>
  answer.headers
    .getSetCookie()
    .map((line) => line.split(";")[0] ?? "")
    .find((text) => text.startsWith("__Host-bw_rt=")) ?? "";

async function dynoxideOn(path: string): Promise<Running> {
  const program = fileURLToPath(new URL("../node_modules/@dynoxide/linux-x64/dynoxide", import.meta.url));
  const port = await freePort();
  return start([program, "--db-path", path, "--host", "127.0.0.1", "--port", String(port)], port, undefined, 30_000);
}

function environment(folder: string, [user, keys]: Running[]): Record<string, string> {
  const kek = join(folder, "kek");
  writeFileSync(kek, crypto.getRandomValues(new Uint8Array(32)), { mode: 0o600 });
  const limits = ["ACCOUNT", "ADDRESS"].map((name) => [`AUTH_LOGIN_LIMIT_${name}`, "1000000"]);
  return {
    ...Object.fromEntries(limits),
    AUTH_REGISTER_LIMIT_ADDRESS: "1000000",
    AUTH_ACCESS_TOKEN_SECONDS: "3000",
    ...memory,
    BELLWETHER_POLICY_VERIFICATION: "optional",
    BELLWETHER_LOG_LEVEL: "warning",
    BELLWETHER_QUOTA_CHATS_OF_USER: "20000",
    BELLWETHER_QUOTA_MESSAGES_OF_CHAT: "1000000",
    BELLWETHER_NATS_URL: "nats://127.0.0.1:9",
    USERS_DYNAMODB_URL: `http://127.0.0.1:${user?.port}`,
    USERS_KEYS_DYNAMODB_URL: `http://127.0.0.1:${keys?.port}`,
    USERS_KEK_FILE: kek,
  };
}
