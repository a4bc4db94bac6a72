import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { z } from "zod";
import { subscribers } from "../../composition/background.ts";
import { cloudEvent } from "../../platform/events/cloud-event.ts";
import { codeOf, Harness, type Person, password } from "../../testing/harness.ts";
import { Mailbox } from "../../testing/mailbox.ts";
import { startDynoxide } from "../../testing/servers.ts";
import { tableIn } from "../../testing/tables.ts";

const dynoxide = await startDynoxide();
afterAll(dynoxide.stop);
let house: Harness;
let chief: Person;
let mary: Person;
async function open(outside: Parameters<typeof Harness.ready>[1] = {}) {
  house = await Harness.ready({}, outside);
  const person = await house.person("administrator");
  chief = { ...person, token: await house.tokenOf(person, { acr: "aal2" }) };
  mary = await house.person("farmer");
}
beforeEach(() => open());

const reason = "the flock's figures look wrong to her";
const ask = (uid = mary.uid, token = chief.token) =>
  house.call("POST", `/api/v1/auth/admin/users/${uid}/impersonate`, { token, body: { reason } });
const started = z.object({ id: z.string(), access_token: z.string(), expires_in: z.number(), scope: z.string() });
const look = async (uid = mary.uid) => started.parse(await (await ask(uid)).json());
const me = (token: string) => house.call("GET", "/api/v1/auth/me", { token });
const claimsOf = (token: string) => JSON.parse(atob(token.split(".")[1] ?? ""));
const items = z.object({ items: z.array(z.looseObject({ event: z.string().optional(), id: z.string().optional() })) });
const read = async (path: string, token = mary.token) =>
  items.parse(await (await house.call("GET", path, { token })).json()).items;

describe("an administrator who acts as a user", () => {
  test("gets a token of 15 minutes that says who acts, and sees what the user sees", async () => {
    const { access_token, expires_in, scope } = await look();
    expect(expires_in).toBe(900);
    const { sub, act, exp, iat, acr, auth_time } = claimsOf(access_token);
    const { sid } = claimsOf(chief.token);
    expect([sub, act, exp - iat, acr, auth_time]).toEqual([mary.uid, { sub: chief.uid, sid }, 900, "aal1", 0]);
    expect(scope.split(" ")).toEqual(expect.arrayContaining(["profile:self", "flock:read"]));
    expect(await (await me(access_token)).json()).toMatchObject({ email: mary.email });
    house.clock.pass(14 * 60);
    expect((await me(access_token)).status).toBe(200);
    house.clock.pass(3 * 60);
    expect((await me(access_token)).status).toBe(401);
  });

  test("needs two factors, the permission and a reason, and never becomes an administrator", async () => {
    const weak = await house.tokenOf(chief, { acr: "aal1" });
    expect(await codeOf(await ask(mary.uid, weak))).toBe("step_up_required");
    expect(await codeOf(await ask(mary.uid, mary.token))).toBe("not_allowed");
    const path = `/api/v1/auth/admin/users/${mary.uid}/impersonate`;
    expect((await house.call("POST", path, { token: chief.token, body: { reason: " " } })).status).toBe(422);
    const other = await house.person("farmer", "administrator");
    for (const { uid } of [chief, other])
      expect(await codeOf(await ask(uid))).toBe("administrators_are_not_impersonated");
    const { access_token } = await look();
    expect((await ask(mary.uid, access_token)).status).toBe(403);
  });

  const writes: [string, string, unknown][] = [
    ["PATCH", "/api/v1/profiles/me", { display_name: "x" }],
    ["PUT", "/api/v1/auth/password", { current: password, new: "eight brown goats at dusk" }],
    ["POST", "/api/v1/auth/step-up", { password }],
    ["POST", "/api/v1/auth/tokens", { name: "x", scopes: ["flock:read"], expires_in_days: 1 }],
    ["POST", "/api/v1/auth/mfa/totp", undefined],
    ["POST", "/api/v1/auth/logout-all", undefined],
    ["POST", "/api/v1/profiles/me/export", undefined],
    ["DELETE", "/api/v1/profiles/me", undefined],
    ["POST", "/api/v1/chats", { title: "x" }],
    ["GET", "/api/v1/chats", undefined],
    ["GET", "/api/v1/auth/mfa", undefined],
    ["GET", "/api/v1/auth/admin/users", undefined],
  ];
  test.each(writes)("may not %s %s", async (method, path, body) => {
    const { access_token: token } = await look();
    const before = house.table.everything();
    const answer = await house.call(method, path, { token, body, headers: { "if-match": '"0"' } });
    expect(answer.status).toBe(403);
    expect(house.table.everything()).toEqual(before);
  });

  test("is seen by the user: among what goes on, in the audit, and by a notification and a mail whatever they chose", async () => {
    const { id } = await look();
    expect(await read("/api/v1/auth/impersonations")).toEqual([expect.objectContaining({ id, reason })]);
    const [letter] = (await new Mailbox(house).of(mary.email)).slice(-1);
    expect([letter?.kind, letter?.text.includes(reason)]).toEqual(["impersonation", true]);
    const entry = { event: "impersonation.started", actor: "administrator", reason };
    expect(await read("/api/v1/auth/audit")).toContainEqual(expect.objectContaining(entry));
    const stored = house.table.everything().find(({ type }) => type === "users.user.impersonated.v1");
    const event = cloudEvent.parse(JSON.parse(String(stored?.body)));
    const reader = subscribers(house.composed).find(({ stream }) => stream === "USERS");
    expect(reader?.subjects).toContain(event.type);
    for (let twice = 0; twice < 2; twice++) expect(await reader?.handle(event)).toBe("handled");
    const told = await read("/api/v1/profiles/notifications");
    expect(told).toEqual([expect.objectContaining({ kind: "impersonated", body: expect.stringContaining(reason) })]);
  });

  const ends: [string, (id: string) => Promise<unknown>][] = [
    ["the user ends it", (id) => house.call("DELETE", `/api/v1/auth/impersonations/${id}`, { token: mary.token })],
    [
      "an administrator ends it",
      (id) => house.call("DELETE", `/api/v1/auth/admin/users/${mary.uid}/impersonations/${id}`, { token: chief.token }),
    ],
    ["the user logs out everywhere", () => house.call("POST", "/api/v1/auth/logout-all", { token: mary.token })],
    ["the administrator's session ends", () => house.call("POST", "/api/v1/auth/logout-all", { token: chief.token })],
    ["the administrator loses the role", () => house.setRoles(chief.email, ["farmer"])],
    ["the user becomes an administrator", () => house.setRoles(mary.email, ["administrator"])],
  ];
  test.each(ends)("is out at once when %s", async (_what, end) => {
    await house.person("administrator");
    const { id, access_token } = await look();
    expect((await me(access_token)).status).toBe(200);
    await end(id);
    expect((await me(access_token)).status).toBe(401);
    const { act, sid } = claimsOf(access_token);
    const ended = await house.composed.sessions.since(0);
    expect(ended.some((one) => one === sid || one === act.sid)).toBe(true);
  });

  test("twenty who end it at once end it once; a disabled account is seen by nobody", async () => {
    await open({ table: await tableIn(dynoxide.port) });
    const { id } = await look();
    const end = () => house.call("DELETE", `/api/v1/auth/impersonations/${id}`, { token: mary.token });
    const ended = (await Promise.all(Array.from({ length: 20 }, end))).map(({ status }) => status);
    expect(ended.filter((status) => status === 204)).toHaveLength(1);
    expect(ended.filter((status) => status === 404)).toHaveLength(19);
    const disable = () =>
      house.call("POST", `/api/v1/auth/admin/users/${mary.uid}/disable`, { token: chief.token, body: { reason } });
    const [, ...answers] = await Promise.all([disable(), ...Array.from({ length: 19 }, () => ask())]);
    for (const answer of answers) {
      expect([201, 409]).toContain(answer.status);
      if (answer.status !== 201) continue;
      expect((await me(started.parse(await answer.json()).access_token)).status).toBe(401);
    }
  });
});
