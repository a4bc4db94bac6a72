import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { freePort, type Running, start } from "../servers.ts";

/** Stores that stand in for Amazon's beside dynoxide, from PyPI in an environment of their own. */
const packages = ["ministack==1.5.33", "moto[server]==5.2.5"];
const folder = fileURLToPath(new URL("../../../.bellwether/cache/emulators-1/", import.meta.url));
const uv = fileURLToPath(new URL("../../../.venv/bin/uv", import.meta.url));

/** Installs them once; false where that is not possible, and then their tests are left out. */
export async function haveEmulators(): Promise<boolean> {
  if (existsSync(`${folder}complete`)) return true;
  const run = async (...command: string[]) => {
    const child = Bun.spawn([uv, ...command], { stdout: "ignore", stderr: "ignore", timeout: 120_000 });
    return (await child.exited) === 0;
  };
  if (!existsSync(uv) || !(await run("venv", "-q", "--clear", folder))) return false;
  if (!(await run("pip", "install", "-q", "-p", `${folder}bin/python`, ...packages))) return false;
  await Bun.write(`${folder}complete`, packages.join("\n"));
  return true;
}

/** It listens on every address unless it is told otherwise. */
export async function startMinistack(): Promise<Running> {
  const port = await freePort();
  const env = { ...process.env, BIND_HOST: "127.0.0.1", GATEWAY_PORT: String(port) };
  return atOnce(await start([`${folder}bin/ministack`], port, env, 30_000));
}

export async function startMoto(): Promise<Running> {
  const port = await freePort();
  const command = [`${folder}bin/moto_server`, "-H", "127.0.0.1", "-p", String(port)];
  return atOnce(await start(command, port, process.env, 30_000));
}

/** They take seconds to end in good order, and hold nothing that anybody needs. */
function atOnce(one: Running): Running {
  const stop = async () => {
    one.process.kill("SIGKILL");
    await one.process.exited;
  };
  return { ...one, stop };
}
