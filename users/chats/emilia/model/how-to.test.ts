import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSettings } from "../../../platform/settings.ts";
import { startModel } from "../../../testing/model-server.ts";
import { answererFrom } from "../answerers.ts";
import { getModel } from "./models.ts";

// docs/how-to/connect-a-model.md, carried out
const page = readFileSync(join(import.meta.dir, "../../../../docs/how-to/connect-a-model.md"), "utf8");
const blocks = page
  .split("\n\n")
  .filter((block) => block.startsWith("    "))
  .map((block) => block.replaceAll(/^ {4}/gm, ""));
const folder = mkdtempSync(join(tmpdir(), "bellwether-model-"));

/** What the shell exports after the commands; the platform itself is started elsewhere. */
function exported(...commands: string[]): Record<string, string> {
  const script = [...commands.map((each) => each.replace("./bellwether up --detach", "")), "env -0"].join("\n");
  const env = { PATH: process.env.PATH ?? "", KEY: "key-of-the-endpoint" };
  const { stdout, exitCode } = Bun.spawnSync(["sh", "-ec", script], { cwd: folder, env });
  expect(exitCode).toBe(0);
  const pairs = stdout
    .toString()
    .split("\0")
    .filter(Boolean)
    .map((line) => line.split(/=(.*)/s).slice(0, 2));
  return Object.fromEntries(pairs);
}

function settingsOf(...commands: string[]) {
  const kek = `head -c 32 /dev/urandom > kek; chmod 600 kek; export USERS_KEK_FILE="$PWD/kek"`;
  return readSettings(exported(kek, ...commands));
}

test("the endpoint of the page is asked with the key of the file", async () => {
  const [key = "", start = ""] = blocks;
  const settings = settingsOf(key, start);
  const stub = startModel([{ text: "Hello." }]);
  try {
    expect(settings.model).toMatchObject({ name: "qwen3-32b", at: { url: "http://127.0.0.1:8000/v1" } });
    const model = settings.model && { ...settings.model, at: { url: stub.url } };
    const answerer = answererFrom({ settings: { ...settings, model }, clock: Date.now, log: () => undefined });
    const question = {
      messages: [{ role: "user" as const, content: "Hello?" }],
      facts: [],
      token: "t",
      language: "en",
    };
    const parts = [];
    for await (const part of answerer.answer(question, new AbortController().signal)) parts.push(part);
    expect(parts[0]).toEqual({ type: "text", text: "Hello." });
    expect([stub.keys[0], stub.requests[0]?.model]).toEqual(["Bearer key-of-the-endpoint", "qwen3-32b"]);
  } finally {
    stub.stop();
  }
});

test("the model of Bedrock is opened by region and key", async () => {
  const { model } = settingsOf(blocks[0] ?? "", blocks[2] ?? "");
  expect(model).toMatchObject({ at: { region: "eu-west-1" }, key: "key-of-the-endpoint" });
  const opened = model && (await getModel(model));
  expect(opened).toMatchObject({ modelId: "anthropic.claude-sonnet-4-5", specificationVersion: "v4" });
});
