import { expect, test } from "bun:test";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clientAddress } from "./http/client-address.ts";
import { readSettings } from "./settings.ts";
import { newLog } from "./telemetry/logging.ts";

const folder = mkdtempSync(join(tmpdir(), "bellwether-settings-"));
function file(name: string, content: Uint8Array | string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}
const kek = file("kek", new Uint8Array(32).fill(1));

test("defaults hold; origins are the public address and what is listed", () => {
  const settings = readSettings({
    USERS_KEK_FILE: kek,
    BELLWETHER_ALLOWED_ORIGINS: "https://localhost:8443",
    AUTH_NATS_USER: "auth",
  });
  expect(settings.allowedOrigins).toEqual(["https://localhost:8443", "http://localhost:8080"]);
  expect(settings.natsLogins.auth.user).toBe("auth");
  expect(settings.SESSIONS_CAP).toBe(5);
});

test.each([
  ["USERS_KEK_FILE", {}],
  ["USERS_KEK_FILE", { USERS_KEK_FILE: "/nowhere" }],
  ["USERS_KEK_FILE", { USERS_KEK_FILE: file("short", "abc") }],
  ["USERS_KEK_FILE", { USERS_KEK_FILE: file("zero", new Uint8Array(32)) }],
  ["USERS_KEK_FILE", { USERS_KEK_FILE: file("open", new Uint8Array(32).fill(1), 0o644) }],
  ["AUTH_OPERATOR_SECRET_FILE", { USERS_KEK_FILE: kek, AUTH_OPERATOR_SECRET_FILE: file("tiny", "abc") }],
  ["BELLWETHER_SERVICE_URLS", { USERS_KEK_FILE: kek, BELLWETHER_SERVICE_URLS: "farm" }],
  ["CHATS_MODEL_NAME", { USERS_KEK_FILE: kek, CHATS_MODEL_URL: "http://127.0.0.1:8000/v1" }],
  ["CHATS_MODEL_URL", { USERS_KEK_FILE: kek, CHATS_MODEL_NAME: "a" }],
  [
    "CHATS_MODEL_URL",
    { USERS_KEK_FILE: kek, CHATS_MODEL_NAME: "a", CHATS_MODEL_URL: "http://a", CHATS_MODEL_BEDROCK_REGION: "b" },
  ],
  ["CHATS_MODEL_URL", { USERS_KEK_FILE: kek, CHATS_MODEL_NAME: "a", CHATS_MODEL_URL: "file:///etc" }],
  [
    "CHATS_MODEL_KEY_FILE",
    {
      USERS_KEK_FILE: kek,
      CHATS_MODEL_NAME: "a",
      CHATS_MODEL_URL: "http://a",
      CHATS_MODEL_KEY_FILE: file("key", "abc", 0o644),
    },
  ],
  ["BELLWETHER_OUTGOING_NETWORKS", { USERS_KEK_FILE: kek, BELLWETHER_OUTGOING_NETWORKS: "10.0.0.0/8, 10.0.0.1" }],
  ["SESSIONS_CAP", { USERS_KEK_FILE: kek, SESSIONS_CAP: "many" }],
  ["USERS_DYNAMODB_URL", { USERS_KEK_FILE: kek, USERS_DYNAMODB_URL: "not a url" }],
])("the error names %s", (name, env) => {
  expect(() => readSettings(env)).toThrow(name);
});

test("what else is on the machine may be called by a platform that is seen there only", () => {
  const reachable = (url: string, listed = "") =>
    readSettings({ USERS_KEK_FILE: kek, BELLWETHER_PUBLIC_URL: url, BELLWETHER_OUTGOING_NETWORKS: listed }).reachable;
  expect(reachable("http://localhost:8080")).toEqual(["127.0.0.0/8", "::1/128"]);
  for (const url of ["https://farm.example", "https://localhost.farm.example", "https://10.0.0.1"])
    expect(reachable(url)).toEqual([]);
  expect(reachable("https://farm.example", "10.20.0.0/16, fd12::/16")).toEqual(["10.20.0.0/16", "fd12::/16"]);
});

test("the client address comes from the socket, or from a proxy on this machine", () => {
  expect(clientAddress("5.5.5.5", "1.1.1.1", 1)).toBe("5.5.5.5");
  expect(clientAddress("127.0.0.1", "9.9.9.9, 1.1.1.1", 1)).toBe("1.1.1.1");
  expect(clientAddress("127.0.0.1", "1.1.1.1", 0)).toBe("127.0.0.1");
  expect(clientAddress(undefined, undefined, 1)).toBe("unknown");
});

test("log lines are JSON and show no secrets", () => {
  const lines: string[] = [];
  const log = newLog("info", (line) => lines.push(line));
  log("debug", "hidden");
  log("info", "shown", { user: "u", refresh_token: "abc", Password: "abc" });
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    event: "shown",
    user: "u",
    refresh_token: "***",
    Password: "***",
  });
});
