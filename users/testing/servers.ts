import { mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Subprocess } from "bun";

/** The real servers that tests start, and how to wait for them. */

export type Running = { port: number; process: Subprocess; stop: () => Promise<void> };

/** dynoxide in memory, on a free port. */
export async function startDynoxide(again?: number): Promise<Running> {
  const program = fileURLToPath(new URL("../node_modules/@dynoxide/linux-x64/dynoxide", import.meta.url));
  const port = again ?? (await freePort());
  return start([program, "--host", "127.0.0.1", "--port", String(port)], port);
}

/** The same behind a Unix socket, by the program that also walls it off where it runs beside others. */
export async function startDynoxideBehind(socket: string): Promise<Running> {
  const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const port = await freePort();
  const walled = [here("../../.venv/bin/python"), here("../../server/bellwether/launch/entry/walled.py")];
  const program = [here("../node_modules/@dynoxide/linux-x64/dynoxide"), "--port", String(port)];
  return start([...walled, socket, String(port), ...program], port);
}

/** NATS with JetStream in a folder that goes with it; with `again` it comes back as it was. */
export async function startNats(again?: { port: number; folder: string }): Promise<Running & { folder: string }> {
  const program = process.env.NATS_SERVER ?? fileURLToPath(new URL("../../.venv/bin/nats-server", import.meta.url));
  const port = again?.port ?? (await freePort());
  const folder = again?.folder ?? mkdtempSync(join(tmpdir(), "bellwether-nats-"));
  const command = [program, "-a", "127.0.0.1", "-p", String(port), "-js", "-sd", folder];
  return { ...(await start(command, port)), folder };
}

/** Starts a program and waits until its port takes connections. */
export async function start(
  command: string[],
  port: number,
  env: Record<string, string | undefined> = process.env,
  withinMs = 10_000,
): Promise<Running> {
  const child = Bun.spawn(command, { stdout: "ignore", stderr: "ignore", env });
  await until(() => canConnect(port), withinMs);
  const stop = async () => {
    child.kill();
    await child.exited;
  };
  return { port, process: child, stop };
}

export async function until(holds: () => Promise<boolean> | boolean, ms = 5_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`did not happen within ${ms} ms: ${holds}`);
    await Bun.sleep(20);
  }
}

/** Below the range that the system hands out by itself, so that nobody else gets it in between. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = 19_020 + Math.floor(Math.random() * 380);
    if (await canListen(port)) return port;
  }
  throw new Error("no free port between 19020 and 19400");
}

const canListen = (port: number) =>
  new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });

async function canConnect(port: number): Promise<boolean> {
  try {
    const socket = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data: () => undefined } });
    socket.end();
    return true;
  } catch {
    return false;
  }
}
