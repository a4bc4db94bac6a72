import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import * as keys from "../../platform/dynamo/keys.ts";
import { MemoryTable } from "../../platform/dynamo/memory.ts";
import type { ScannableTable } from "../../platform/dynamo/table.ts";
import { Harness, password } from "../../testing/harness.ts";
import { type Running, startDynoxide } from "../../testing/servers.ts";
import { tableIn } from "../../testing/tables.ts";
import { Hasher } from "./hasher.ts";

// What a password costs changes with the years; its owner's next sign-in takes the hash along.
let dynoxide: Running;
beforeAll(async () => {
  dynoxide = await startDynoxide();
});
afterAll(() => dynoxide.stop());

const costing = (memoryCost: number) => ({ hasher: new Hasher(2, 200, { memoryCost, timeCost: 1 }) });
const places: [string, () => Promise<ScannableTable>][] = [
  ["in memory", async () => new MemoryTable()],
  ["on dynoxide", () => tableIn(dynoxide.port)],
];

describe.each(places)("%s", (_where, open) => {
  const moved = async () => {
    const table = await open();
    const before = await Harness.ready({ SESSIONS_CAP: 50 }, { table, ...costing(16) });
    const house = await Harness.ready({ SESSIONS_CAP: 50, AUTH_LOGIN_LIMIT_ACCOUNT: 100 }, { table, ...costing(32) });
    const mary = await before.person();
    const stored = async () => String((await table.get(keys.user(mary.uid)))?.pw);
    const login = (secret: string) =>
      house.call("POST", "/api/v1/auth/login", { body: { email: mary.email, password: secret } });
    return { house, mary, stored, login };
  };

  test("a right password is hashed anew where the cost has changed, once; a wrong one changes nothing", async () => {
    const { mary, house, stored, login } = await moved();
    expect(await stored()).toStartWith("$argon2id$v=19$m=16,t=1,p=1$");
    expect((await login("wrong wrong wrong")).status).toBe(401);
    expect(await stored()).toStartWith("$argon2id$v=19$m=16,t=1,p=1$");
    await house.login(mary.email);
    const anew = await stored();
    expect(anew).toStartWith("$argon2id$v=19$m=32,t=1,p=1$");
    await house.login(mary.email);
    expect(await stored()).toBe(anew);
    // it is the same password: nobody was signed out
    expect((await house.call("GET", "/api/v1/auth/me", { token: mary.token })).status).toBe(200);
  });

  test("twenty sign-ins at once beside a change of the password never bring the old one back", async () => {
    const { mary, house, stored, login } = await moved();
    const next = "nine brown rams by the gate";
    const change = () =>
      house.call("PUT", "/api/v1/auth/password", { token: mary.token, body: { current: password, new: next } });
    const [changed] = await Promise.all([change(), ...Array.from({ length: 20 }, () => login(password))]);
    expect(changed?.status).toBe(200);
    expect(await stored()).toStartWith("$argon2id$v=19$m=32,t=1,p=1$");
    expect((await login(password)).status).toBe(401);
    expect((await login(next)).status).toBe(200);
  });
});
