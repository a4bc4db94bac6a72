import { beforeEach, describe, expect, test } from "bun:test";
import { z } from "zod";
import {
  answer,
  challenged,
  challengeFor,
  claimsOf,
  codeOf,
  enrolled,
  enrolTotp,
  tokenIn,
  wrongCode,
} from "../../testing/factors.ts";
import { Harness, type Person, password, codeOf as problemOf } from "../../testing/harness.ts";

let house: Harness;
let mary: Person;
beforeEach(async () => {
  house = await Harness.ready();
  mary = await house.person("farmer");
});
const call = (method: string, path: string, token: string, body?: unknown) =>
  house.call(method, `/api/v1/auth${path}`, { token, body });
const begin = async (token: string) =>
  z
    .object({ secret: z.string(), uri: z.string(), qr_svg: z.string(), expires_in: z.number() })
    .parse(await (await call("POST", "/mfa/totp", token)).json());
const refused = async (response: Response) => [response.status, await problemOf(response)];

describe("a new password", () => {
  const body = { current: password, new: "eight brown goats at dusk" };
  test("keeps two factors where they were shown, and how old they are; one factor is asked for the other", async () => {
    await enrolTotp(house, mary);
    const weak = await house.tokenOf(mary, { acr: "aal1" });
    expect(await refused(await call("PUT", "/password", weak, body))).toEqual([401, "step_up_required"]);
    const { acr, amr, auth_time } = claimsOf(mary.token);
    const token = await tokenIn(await call("PUT", "/password", mary.token, body));
    expect(claimsOf(token)).toMatchObject({ acr: "aal2", amr, auth_time });
    expect(acr).toBe("aal2");
  });

  test("makes no two factors of one", async () => {
    const token = await tokenIn(await call("PUT", "/password", mary.token, body));
    expect(claimsOf(token)).toMatchObject({ acr: "aal1", amr: ["pwd"] });
  });
});

describe("the authenticator app", () => {
  test("enrolment changes nothing before a code is shown; then the old sessions end and a new one is of two factors", async () => {
    const other = await house.login(mary.email);
    const begun = await begin(mary.token);
    expect(begun).toMatchObject({ expires_in: 600, qr_svg: expect.stringMatching(/^<svg /) });
    expect(begun.uri).toStartWith(`otpauth://totp/bellwether:${encodeURIComponent(mary.email)}?secret=${begun.secret}`);
    expect((await house.call("POST", "/api/v1/auth/login", { body: { email: mary.email, password } })).status).toBe(
      200,
    );
    const wrong = await call("POST", "/mfa/totp/confirm", mary.token, { code: wrongCode(house, begun.secret) });
    expect(await refused(wrong)).toEqual([422, "wrong_code"]);
    const done = await call("POST", "/mfa/totp/confirm", mary.token, { code: codeOf(house, begun.secret) });
    const { session, recovery_codes: codes = [] } = enrolled.parse(await done.json());
    expect(claimsOf(session.access_token)).toMatchObject({ acr: "aal2", amr: ["pwd", "otp", "mfa"] });
    expect(new Set(codes).size).toBe(10);
    // 24 characters of 5 bits
    for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$/);
    for (const token of [mary.token, other.token]) expect((await call("GET", "/me", token)).status).toBe(401);
    expect(await (await call("GET", "/mfa", session.access_token)).json()).toEqual({
      totp: true,
      passkeys: 0,
      recovery_codes_left: 10,
      is_required: false,
    });
  });

  test("neither secret nor codes stand readable in the table, and no list tells them", async () => {
    const { secret, codes } = await enrolTotp(house, mary);
    const stored = JSON.stringify(house.table.everything());
    for (const text of [secret, ...codes]) expect(stored).not.toContain(text);
  });

  test("an enrolment that waited too long, or was begun anew, counts no more", async () => {
    const first = await begin(mary.token);
    const second = await begin(mary.token);
    const old = await call("POST", "/mfa/totp/confirm", mary.token, { code: codeOf(house, first.secret) });
    expect(await refused(old)).toEqual([422, "wrong_code"]);
    house.clock.pass(599);
    const renewed = await house.login(mary.email);
    house.clock.pass(1);
    const late = await call("POST", "/mfa/totp/confirm", renewed.token, { code: codeOf(house, second.secret) });
    expect(await refused(late)).toEqual([409, "nothing_to_confirm"]);
  });

  test("it is removed and enrolled again; the codes of the removed one are void", async () => {
    const { secret, codes } = await enrolTotp(house, mary);
    const removed = await call("DELETE", "/mfa/totp", mary.token);
    mary.token = await tokenIn(removed);
    expect((await house.call("POST", "/api/v1/auth/login", { body: { email: mary.email, password } })).status).toBe(
      200,
    );
    const again = await enrolTotp(house, mary);
    expect(again.secret).not.toBe(secret);
    for (const given of [{ totp: codeOf(house, secret) }, { recovery: codes[0] }]) {
      const { challenge } = await challengeFor(house, mary);
      expect(await refused(await answer(house, challenge, given))).toEqual([401, "wrong_second_factor"]);
    }
  });

  test("who has one must have shown it to change any, and lately", async () => {
    await enrolTotp(house, mary);
    house.clock.pass(540);
    const weak = await house.tokenOf(mary, { acr: "aal1" });
    const strong = await house.tokenOf(mary, { acr: "aal2" });
    const touching = [
      ["POST", "/mfa/totp"],
      ["DELETE", "/mfa/totp"],
      ["POST", "/mfa/recovery-codes"],
      ["POST", "/passkeys/registration"],
    ] as const;
    for (const [method, path] of touching)
      expect(await refused(await call(method, path, weak))).toEqual([401, "step_up_required"]);
    house.clock.pass(61);
    for (const [method, path] of touching)
      expect(await refused(await call(method, path, strong))).toEqual([401, "step_up_required"]);
  });

  test("removing one proves nothing: the moment of the proof stays", async () => {
    await enrolTotp(house, mary);
    const proved = claimsOf(mary.token).auth_time;
    house.clock.pass(300);
    const old = await house.tokenOf(mary, { acr: "aal2" });
    const token = await tokenIn(await call("DELETE", "/mfa/totp", old));
    expect(claimsOf(token).auth_time).toBe(proved);
  });
});

describe("the time window", () => {
  test.each([
    ["this step", 0, 29, true],
    ["the step before, in the first 5 s", -30, 4, true],
    ["the step before, later", -30, 5, false],
    ["two steps before", -60, 0, false],
    ["the next step", 30, 29, false],
  ])("%s", async (_what, away, into, isTaken) => {
    const { secret } = await enrolTotp(house, mary);
    house.clock.pass(90 - (Math.floor(house.clock.ms / 1000) % 30) + into);
    house.clock.pass(away);
    const code = codeOf(house, secret);
    house.clock.pass(-away);
    const { challenge } = await challengeFor(house, mary);
    expect((await answer(house, challenge, { totp: code })).status).toBe(isTaken ? 200 : 401);
  });

  test("a code counts once, also when it comes late, and none of before", async () => {
    const { secret } = await enrolTotp(house, mary);
    const before = codeOf(house, secret);
    house.clock.pass(30);
    const code = codeOf(house, secret);
    const statuses: number[] = [];
    for (const totp of [code, code, before]) {
      const { challenge } = await challengeFor(house, mary);
      statuses.push((await answer(house, challenge, { totp })).status);
    }
    expect(statuses).toEqual([200, 401, 401]);
  });
});

describe("the challenge", () => {
  test("the password alone opens nothing; with the code comes a session of two factors", async () => {
    const { secret } = await enrolTotp(house, mary);
    const login = await house.call("POST", "/api/v1/auth/login", { body: { email: mary.email, password } });
    expect([login.status, login.headers.get("set-cookie")]).toEqual([202, null]);
    const asked = challenged.parse(await login.json());
    expect(asked).toMatchObject({ expires_in: 600, factors: ["totp", "recovery"], passkey: null });
    const done = await answer(house, asked.challenge, { totp: codeOf(house, secret) });
    expect(done.headers.getSetCookie().map((cookie) => cookie.split("=")[0])).toEqual([
      "__Host-bw_rt",
      "__Host-bw_dev",
    ]);
    expect(claimsOf(await tokenIn(done))).toMatchObject({ acr: "aal2", amr: ["pwd", "otp", "mfa"] });
    house.clock.pass(30);
    const again = await answer(house, asked.challenge, { totp: codeOf(house, secret) });
    expect(await refused(again)).toEqual([401, "challenge_over"]);
  });

  test("five tries, ten minutes, and the state of the account as it was", async () => {
    const { secret } = await enrolTotp(house, mary);
    const { challenge: guessed } = await challengeFor(house, mary);
    for (let n = 0; n < 5; n++)
      expect((await answer(house, guessed, { totp: wrongCode(house, secret) })).status).toBe(401);
    const sixth = await answer(house, guessed, { totp: codeOf(house, secret) });
    expect(await refused(sixth)).toEqual([401, "challenge_over"]);
    const { challenge: late } = await challengeFor(house, mary);
    house.clock.pass(600);
    expect(await refused(await answer(house, late, { totp: codeOf(house, secret) }))).toEqual([401, "challenge_over"]);
    const { challenge: stale } = await challengeFor(house, mary);
    await house.setRoles(mary.email, ["student"]);
    expect(await refused(await answer(house, stale, { totp: codeOf(house, secret) }))).toEqual([401, "challenge_over"]);
  });

  test("guessing is capped over all challenges, apart for a device that has signed in before", async () => {
    const { secret } = await enrolTotp(house, mary);
    const { challenge: good } = await challengeFor(house, mary);
    const device = (await answer(house, good, { totp: codeOf(house, secret) })).headers.getSetCookie()[1] ?? "";
    house.clock.pass(30);
    for (let n = 0; n < 20; n++) {
      const { challenge } = await challengeFor(house, mary);
      expect((await answer(house, challenge, { totp: wrongCode(house, secret) })).status).toBe(401);
    }
    const { challenge } = await challengeFor(house, mary);
    expect((await answer(house, challenge, { totp: codeOf(house, secret) })).status).toBe(429);
    const headers = { cookie: device.split(";")[0] ?? "" };
    const known = await house.call("POST", "/api/v1/auth/login", { body: { email: mary.email, password }, headers });
    const own = await answer(house, challenged.parse(await known.json()).challenge, { totp: codeOf(house, secret) });
    expect(own.status).toBe(200);
  });

  test.each([
    ["none", {}],
    ["two at once", { totp: "123456", recovery: "x" }],
    ["no digits", { totp: "12345a" }],
  ])("a body with %s is refused before a try is counted", async (_what, given) => {
    await enrolTotp(house, mary);
    const { challenge } = await challengeFor(house, mary);
    expect((await answer(house, challenge, given)).status).toBe(422);
    expect(house.table.everything().find(({ pk }) => pk.startsWith("MFA#"))?.tries).toBe(0);
  });
});

describe("recovery codes", () => {
  test("each opens once, written as people write; new ones void the old", async () => {
    const { codes } = await enrolTotp(house, mary);
    const show = async (recovery = "") => answer(house, (await challengeFor(house, mary)).challenge, { recovery });
    const done = await show(codes[0]?.toLowerCase().replaceAll("-", " "));
    const token = await tokenIn(done);
    expect(claimsOf(token)).toMatchObject({ acr: "aal2", amr: ["pwd", "recovery", "mfa"] });
    expect((await show(codes[0])).status).toBe(401);
    const replaced = enrolled.parse(await (await call("POST", "/mfa/recovery-codes", token)).json());
    const fresh = replaced.recovery_codes ?? [];
    expect(fresh).toHaveLength(10);
    expect((await show(codes[1])).status).toBe(401);
    expect((await show(fresh[1])).status).toBe(200);
  });

  test("without a second factor there are none", async () => {
    expect(await refused(await call("POST", "/mfa/recovery-codes", mary.token))).toEqual([409, "no_second_factor"]);
  });
});
