import { afterAll, describe, expect, test } from "bun:test";
import { decodeJwt } from "jose";
import * as client from "openid-client";
import { z } from "zod";
import { enrolTotp } from "../../testing/factors.ts";
import type { Person } from "../../testing/harness.ts";
import { Browser, type Program, Programs, proofIn } from "../../testing/programs.ts";
import { startDynoxide } from "../../testing/servers.ts";
import { tableIn } from "../../testing/tables.ts";

const dynoxide = await startDynoxide();
const programs = await Programs.ready({}, await tableIn(dynoxide.port));
const { house, base } = programs;
afterAll(async () => {
  programs.stop();
  await dynoxide.stop();
});
const lasting = "openid chat:use offline_access";
const many = <T>(ask: () => Promise<T>) => Promise.allSettled(Array.from({ length: 20 }, ask));
const won = (outcomes: readonly PromiseSettledResult<unknown>[]) =>
  outcomes.filter(({ status }) => status === "fulfilled").length;
const errorsOf = (outcomes: readonly PromiseSettledResult<unknown>[]) =>
  new Set(outcomes.flatMap((one) => (one.status === "rejected" ? [one.reason.error] : [])));

describe("of twenty at once, on dynoxide,", () => {
  // who comes second ends what was granted, and that may be before the first has its answer
  test("no more than one gets the tokens of a code, and the others are told that it is over", async () => {
    const { exchange } = await programs.authorize(await programs.program(), await house.person("farmer"), lasting);
    const outcomes = await many(exchange);
    expect(won(outcomes)).toBeLessThanOrEqual(1);
    expect(errorsOf(outcomes)).toEqual(new Set(["invalid_grant"]));
  });

  test("no more than one gets the tokens of a refresh token", async () => {
    const one = await programs.program();
    const tokens = await programs.tokensFor(one, await house.person("farmer"), lasting);
    const outcomes = await many(() => client.refreshTokenGrant(one.configuration, tokens.refresh_token ?? ""));
    expect(won(outcomes)).toBeLessThanOrEqual(1);
    expect(errorsOf(outcomes)).toEqual(new Set(["invalid_grant"]));
  });

  test("no more than one gets the tokens of a device code", async () => {
    const one = await programs.program({ devices: true, public: true });
    const begun = await client.initiateDeviceAuthorization(one.configuration, { scope: lasting });
    await connect(begun, await house.person("farmer"));
    const outcomes = await many(() => poll(one, begun.device_code));
    expect(won(outcomes)).toBeLessThanOrEqual(1);
    expect(errorsOf(outcomes)).toEqual(new Set(["invalid_grant"]));
  });
});

const poll = ({ configuration }: Program, device_code: string) =>
  client.genericGrantRequest(configuration, "urn:ietf:params:oauth:grant-type:device_code", { device_code });

/** What a person does at the page where a device's code is typed. */
async function connect(begun: client.DeviceAuthorizationResponse, person: Person, answer = "allow") {
  const browser = new Browser(base);
  const asked = await (await browser.go(begun.verification_uri)).text();
  const confirm = await browser.go(`${base}/oidc/device`, { xsrf: xsrfIn(asked), user_code: begun.user_code });
  const shown = await confirm.text();
  browser.keep(person.cookie);
  const consent = await browser.go(`${base}/oidc/device`, {
    xsrf: xsrfIn(shown),
    user_code: begun.user_code,
    confirm: "yes",
  });
  const done = await browser.go(consent.url, { answer, proof: proofIn(await consent.text()) });
  return { asked, shown, done: await done.text() };
}
const xsrfIn = (page: string) => /name="xsrf" value="([^"]+)"/.exec(page)?.[1] ?? "";

describe("a device", () => {
  test("is connected by the code that it shows, and then may what its person consented to", async () => {
    const mary = await house.person("farmer");
    const one = await programs.program({ devices: true, public: true });
    const begun = await client.initiateDeviceAuthorization(one.configuration, { scope: lasting });
    await expect(poll(one, begun.device_code)).rejects.toMatchObject({ error: "authorization_pending" });
    const { shown, done } = await connect(begun, mary);
    expect(shown).toContain(begun.user_code);
    expect(done).toContain("Your device is connected");
    const tokens = await poll(one, begun.device_code);
    expect((await programs.use(tokens.access_token)).status).toBe(200);
    expect((await house.composed.authenticator.caller(tokens.access_token)).uid).toBe(mary.uid);
    await house.call("POST", "/api/v1/auth/logout-all", { token: mary.token });
    expect((await programs.use(tokens.access_token)).status).toBe(401);
  });

  test("gets nothing from somebody who refuses, with a made-up code, and where its program may not", async () => {
    const one = await programs.program({ devices: true, public: true });
    const begun = await client.initiateDeviceAuthorization(one.configuration, { scope: "openid" });
    await connect(begun, await house.person("farmer"), "refuse");
    await expect(poll(one, begun.device_code)).rejects.toMatchObject({ error: "access_denied" });
    await expect(poll(one, "made up")).rejects.toMatchObject({ error: "invalid_grant" });
    const other = await programs.program({ devices: true, public: true });
    const its = await client.initiateDeviceAuthorization(other.configuration, { scope: "openid" });
    await expect(poll(one, its.device_code)).rejects.toMatchObject({ error: "invalid_grant" });
    const without = await programs.program();
    await expect(client.initiateDeviceAuthorization(without.configuration, { scope: "openid" })).rejects.toMatchObject({
      error: "invalid_request",
    });
  });
});

test("a program looks at its own refresh token and gives it back; another learns nothing", async () => {
  const one = await programs.program();
  const other = await programs.program({ public: true });
  const { refresh_token: token = "" } = await programs.tokensFor(one, await house.person("farmer"), lasting);
  const look = ({ configuration }: Program) => client.tokenIntrospection(configuration, token);
  expect(await look(one)).toMatchObject({ active: true, client_id: one.id, scope: lasting });
  expect(await look(other)).toEqual({ active: false });
  await client.tokenRevocation(other.configuration, token).catch(() => undefined);
  expect((await look(one)).active).toBe(true);
  await client.tokenRevocation(one.configuration, token);
  expect(await look(one)).toEqual({ active: false });
  await expect(client.refreshTokenGrant(one.configuration, token)).rejects.toMatchObject({ error: "invalid_grant" });
});

const feed = async () => (await house.composed.sessions.since(0)).join(" ");

test("what was allowed ends with its tokens of access: given back, come again, or the program removed", async () => {
  const one = await programs.program();
  const mary = await house.person("farmer");
  const given = await programs.tokensFor(one, mary, lasting);
  const other = await programs.tokensFor(one, mary, lasting);
  await client.tokenRevocation(one.configuration, given.refresh_token ?? "");
  const [grant = ""] = claimsOf(given.access_token).stands_on;
  expect([grant.slice(0, 6), await feed()]).toEqual(["grant.", expect.stringContaining(grant)]);
  expect((await programs.use(given.access_token)).status).toBe(401);
  const again = await programs.authorize(one, mary, lasting);
  const got = await again.exchange();
  await expect(again.exchange()).rejects.toMatchObject({ error: "invalid_grant" });
  expect((await programs.use(got.access_token)).status).toBe(401);
  expect((await programs.use(other.access_token)).status).toBe(200);
  expect((await house.call("GET", "/api/v1/auth/me", { token: mary.token })).status).toBe(200);
  const removed = await house.call("DELETE", `/api/v1/auth/clients/${one.id}`, { token: programs.administrator });
  expect([removed.status, (await programs.use(other.access_token)).status]).toEqual([204, 401]);
  expect(await feed()).toContain(claimsOf(other.access_token).stands_on[1] ?? "none");
});
const claimsOf = (token: string) => z.object({ stands_on: z.array(z.string()) }).parse(decodeJwt(token));

test("who has not shown the second factor that the role needs gives programs no more than that", async () => {
  const strict = await Programs.ready({ mfaRoles: ["researcher"] });
  const mary = await strict.house.person("researcher");
  const one = await strict.program();
  const before = await strict.tokensFor(one, mary, lasting);
  const rolesIn = async (token: string) => (await strict.house.composed.authenticator.caller(token)).roles;
  expect(await rolesIn(before.access_token)).toEqual(["enrolling"]);
  expect((await strict.use(before.access_token)).status).toBe(403);
  mary.cookie = (await enrolTotp(strict.house, mary)).cookie;
  const after = await strict.tokensFor(one, mary, lasting);
  expect(await rolesIn(after.access_token)).toEqual(["researcher"]);
  expect((await strict.use(after.access_token)).status).toBe(200);
  strict.stop();
});
