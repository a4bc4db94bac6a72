import { afterAll, describe, expect, test } from "bun:test";
import * as client from "openid-client";
import { codeOf, enrolTotp, wrongCode } from "../../testing/factors.ts";
import { password } from "../../testing/harness.ts";
import { Browser, callback, Programs, proofIn } from "../../testing/programs.ts";

const programs = await Programs.ready({ AUTH_LOGIN_LIMIT_ACCOUNT: 3 });
const { house, base } = programs;
afterAll(programs.stop);
const { configuration } = await programs.program();

/** Somebody's browser, which a program has sent here and in which nobody is signed in. */
async function sent(asked: Record<string, string> = {}) {
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: callback,
    scope: "openid chat:use",
    state,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    ...asked,
  });
  const browser = new Browser(base);
  const before = await browser.go(url.href);
  const page = await browser.go(`${before.url}?here`);
  const text = await page.text();
  const asking = new URL(before.url).pathname;
  const exchange = (back: string) =>
    client.authorizationCodeGrant(configuration, new URL(back), { pkceCodeVerifier: verifier, expectedState: state });
  return { browser, before, page, text, asking, exchange };
}

const form = (text: string, more: Record<string, string>) => ({ proof: proofIn(text), ...more });
const signIn = `${base}/account/sign-in`;

describe("who is not signed in when a program asks", () => {
  test("signs in by password and comes back to what was asked", async () => {
    const { email } = await house.person("farmer");
    const { browser, before, page, text, asking, exchange } = await sent();
    expect(await before.text()).toContain(`content="0;url=${asking}?here"`);
    expect(page.url).toBe(`${signIn}?return_to=${encodeURIComponent(asking)}`);
    const consent = await browser.go(signIn, form(text, { return_to: asking, email, password }));
    const shown = await consent.text();
    expect([new URL(consent.url).pathname, shown]).toEqual([asking, expect.stringContaining(email)]);
    const done = await browser.go(consent.url, { answer: "allow", proof: proofIn(shown) });
    const tokens = await exchange(done.headers.get("location") ?? "");
    expect((await programs.use(tokens.access_token)).status).toBe(200);
  });

  test("shows the second factor, by an app or by a recovery code", async () => {
    const mary = await house.person("farmer");
    const { secret, codes } = await enrolTotp(house, mary);
    for (const code of [codes[0] ?? "", codes[1]?.toLowerCase().replaceAll("-", " ") ?? "", codeOf(house, secret)]) {
      const { browser, text, asking } = await sent();
      house.clock.pass(60);
      const said = { return_to: asking, email: mary.email, password };
      const asked = await (await browser.go(signIn, form(text, said))).text();
      const challenge = /name="challenge" value="([^"]+)"/.exec(asked)?.[1] ?? "";
      const answer = { return_to: asking, challenge };
      const wrong = await browser.go(`${signIn}/factor`, form(asked, { ...answer, code: wrongCode(house, secret) }));
      expect([wrong.status, await wrong.text()]).toEqual([401, expect.stringContaining("used already")]);
      const right = code.length === 6 ? codeOf(house, secret) : code;
      const done = await browser.go(`${signIn}/factor`, form(asked, { ...answer, code: right }));
      expect([done.status, new URL(done.url).pathname]).toEqual([200, asking]);
    }
  });

  test("must do so anew where the program asks for it, also when signed in long ago", async () => {
    house.clock.ms = Date.now() - 7_200_000;
    const mary = await house.person("farmer");
    house.clock.ms = Date.now();
    for (const asked of [{ prompt: "login" }, { max_age: "3600" }, { max_age: "0" }] as Record<string, string>[]) {
      const { browser, before, asking, text } = await sent(asked);
      browser.keep(mary.cookie);
      const page = await browser.go(before.url);
      expect(page.url).toBe(`${signIn}?return_to=${encodeURIComponent(asking)}`);
      house.clock.ms = Date.now() + 2_000;
      const done = await browser.go(signIn, form(text, { return_to: asking, email: mary.email, password }));
      expect(await done.text()).toContain("asks to act for you");
    }
  });
});

test("the page answers alike for known and unknown addresses, with the limits of the JSON sign-in", async () => {
  const { email } = await house.person("farmer");
  const { browser, text } = await sent();
  const told = async (address: string) => {
    const answer = await browser.go(signIn, form(text, { email: address, password: "not the right one" }));
    return { status: answer.status, page: (await answer.text()).replaceAll(address, "") };
  };
  const first = await told(email);
  expect(first).toEqual({ status: 401, page: expect.stringContaining("The email or the password is wrong.") });
  expect(first.page).not.toContain("not the right one");
  expect(await told("nobody@hillfarm.example")).toEqual(first);
  const known = [await told(email), await told(email), await told(email)].map(({ status }) => status);
  expect(known).toEqual([401, 401, 429]);
  const json = await house.call("POST", "/api/v1/auth/login", { body: { email, password } });
  expect(json.status).toBe(429);
});

test("a form counts only from the page that this browser got, and sends nobody elsewhere", async () => {
  const { email } = await house.person("farmer");
  const { browser, text } = await sent();
  const said = form(text, { email, password });
  const stranger = new Browser(base);
  for (const answer of [
    await browser.go(signIn, said, "https://evil.example"),
    await browser.go(signIn, said, "null"),
    await browser.go(signIn, { ...said, proof: "x" }),
    await stranger.go(signIn, said),
  ]) {
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining("not of this page")]);
    expect(answer.headers.getSetCookie().join()).not.toContain("bw_rt");
  }
  for (const return_to of [
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "/docs",
    "/oidc/interaction/../x",
  ]) {
    const done = await browser.go(signIn, form(text, { email, password, return_to }));
    expect([done.status, new URL(done.url).pathname]).toEqual([200, "/account/signed-in"]);
  }
});

test("the page names the institutions, has no script but its own, and lets nobody look over its shoulder", async () => {
  const { page, text } = await sent();
  const policy = page.headers.get("content-security-policy") ?? "";
  expect(policy).toMatch(/script-src 'sha256-[^']+'; connect-src 'self'; form-action 'self'; base-uri 'none'/);
  expect(page.headers.get("referrer-policy")).toBe("same-origin");
  expect(text.match(/<script/g)).toHaveLength(1);
  expect(text).not.toContain("By your institution");
});
