import { afterAll, beforeEach, expect, test } from "bun:test";
import { codeOf, Harness, password } from "../../testing/harness.ts";
import { Mailbox } from "../../testing/mailbox.ts";
import { startDynoxide } from "../../testing/servers.ts";
import { tableIn } from "../../testing/tables.ts";

const next = "nine brown rams by the gate";
let house: Harness;
let mailbox: Mailbox;
async function open(outside: Parameters<typeof Harness.ready>[1] = {}) {
  house = await Harness.ready({}, outside);
  mailbox = new Mailbox(house);
}
beforeEach(() => open());
const dynoxide = await startDynoxide();
afterAll(dynoxide.stop);

const post = (path: string, body: object) => house.call("POST", `/api/v1/auth/${path}`, { body });
const login = (email: string, secret: string) => post("login", { email, password: secret });
async function link(email: string): Promise<string> {
  expect((await post("password/forgot", { email })).status).toBe(202);
  return mailbox.secret(email, "password-reset");
}

test("a link of the mail sets a password once, ends every session and tells the owner", async () => {
  const mary = await house.person();
  const token = await link(mary.email);
  expect(JSON.stringify(house.table.everything())).not.toContain(token);
  expect((await post("password/reset", { token, password: next })).status).toBe(204);
  expect((await house.call("GET", "/api/v1/auth/me", { token: mary.token })).status).toBe(401);
  expect((await house.refresh(mary.cookie)).status).toBe(401);
  expect((await login(mary.email, password)).status).toBe(401);
  expect((await login(mary.email, next)).status).toBe(200);
  expect((await mailbox.of(mary.email)).at(-1)?.kind).toBe("password-changed");
  expect(await codeOf(await post("password/reset", { token, password }))).toBe("link_refused");
});

test("a weak password uses no link up; a link ends after 30 minutes, and with the password that was forgotten", async () => {
  const mary = await house.person();
  const [first, second] = [await link(mary.email), await link(mary.email)];
  expect((await post("password/reset", { token: first, password: "password1234" })).status).toBe(422);
  expect((await post("password/reset", { token: first, password: next })).status).toBe(204);
  expect((await post("password/reset", { token: second, password })).status).toBe(400);
  const late = await link(mary.email);
  house.clock.pass(1_800);
  expect((await post("password/reset", { token: late, password })).status).toBe(400);
});

test("an unknown address gets the same answer and nothing is mailed", async () => {
  const answer = await post("password/forgot", { email: "nobody@x.example" });
  expect([answer.status, await answer.json()]).toEqual([202, { status: "accepted" }]);
  expect(await mailbox.of("nobody@x.example")).toEqual([]);
});

test("of 20 uses of one link at once, on dynoxide, one sets its password", async () => {
  await open({ table: await tableIn(dynoxide.port) });
  const mary = await house.person();
  const token = await link(mary.email);
  const passwords = Array.from({ length: 20 }, (_, n) => `${next} number ${n}`);
  const answers = await Promise.all(passwords.map((each) => post("password/reset", { token, password: each })));
  const won = answers.flatMap(({ status }, n) => (status === 204 ? [n] : []));
  expect(won).toHaveLength(1);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204, 400]));
  expect((await login(mary.email, passwords[won[0] ?? -1] ?? "")).status).toBe(200);
}, 30_000);
