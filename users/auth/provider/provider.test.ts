import { afterAll, expect, test } from "bun:test";
import * as client from "openid-client";
import { codeOf } from "../../testing/harness.ts";
import { callback, Programs, proofIn } from "../../testing/programs.ts";

const programs = await Programs.ready();
const { house, base } = programs;
afterAll(programs.stop);

test("a client library signs a person in, and the token may what was consented to and no more", async () => {
  const mary = await house.person("farmer");
  const one = await programs.program();
  const tokens = await programs.tokensFor(one, mary, "openid chat:use offline_access");
  expect(tokens.claims()).toMatchObject({ sub: mary.uid, aud: one.id, iss: `${base}/oidc` });
  expect(tokens.scope?.split(" ")).toContain("chat:use");
  expect((await programs.use(tokens.access_token)).status).toBe(200);
  const caller = await house.composed.authenticator.caller(tokens.access_token);
  expect([caller.uid, caller.roles, caller.authTime]).toEqual([mary.uid, ["farmer"], 0]);
  expect(caller.scopes).not.toContain("flock:read");
  for (const path of ["/api/v1/auth/me", "/api/v1/sessions"]) {
    const refused = await house.call("GET", path, { token: tokens.access_token });
    expect([refused.status, await codeOf(refused)]).toEqual([403, "not_allowed"]);
  }
});

test("a program that names the address for assistants gets a token for it", async () => {
  const mary = await house.person("farmer");
  const one = await programs.program();
  const { exchange } = await programs.authorize(one, mary, "chat:use", { resource: `${base}/mcp` });
  const tokens = await exchange();
  expect((await programs.use(tokens.access_token)).status).toBe(200);
});

test("who consents to nothing but a name gives a token that may nothing", async () => {
  const mary = await house.person("farmer");
  const tokens = await programs.tokensFor(await programs.program(), mary, "openid");
  expect((await programs.use(tokens.access_token)).status).toBe(403);
});

test("the page has no script, escapes, says who is asked, and stands in no frame", async () => {
  const mary = await house.person("farmer");
  const { page, text, answered } = await programs.authorize(await programs.program(), mary, "openid chat:use");
  const policy = page.headers.get("content-security-policy");
  expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self' http:\/\/127.0.0.1:9; /);
  expect(policy).toEndWith("base-uri 'none'; frame-ancestors 'none'");
  expect(text).toContain("Notebooks &lt;b&gt; asks to act for you");
  expect(text).toContain(mary.email);
  expect(text).not.toContain("<script");
  expect([answered.status, page.headers.get("x-frame-options")]).toEqual([303, "DENY"]);
});

test("an answer counts from this page, of this session and this request, and from no other", async () => {
  const one = await programs.program();
  const mary = await house.person("farmer");
  const tom = await house.person("farmer");
  const foreign = await programs.authorize(one, mary, "openid", { origin: "https://evil.example" });
  expect([foreign.answered.status, foreign.back]).toEqual([403, undefined]);
  const nowhere = await programs.authorize(one, mary, "openid", { origin: "null" });
  expect(nowhere.answered.status).toBe(403);
  const { browser, page, text } = nowhere;
  expect((await browser.go(page.url, { answer: "allow" })).status).toBe(403);
  const other = await programs.authorize(one, mary, "openid", { origin: "null" });
  expect((await browser.go(page.url, { answer: "allow", proof: proofIn(other.text) })).status).toBe(403);
  browser.keep(tom.cookie);
  const shown = await browser.go(page.url, { answer: "allow", proof: proofIn(text) });
  expect([shown.status, await shown.text()]).toEqual([403, expect.stringContaining(tom.email)]);
  const refused = await programs.authorize(one, mary, "openid", { answer: "refuse" });
  expect(refused.back?.searchParams.get("error")).toBe("access_denied");
});

test("a refresh token that comes again ends them all", async () => {
  const mary = await house.person("farmer");
  const one = await programs.program();
  const tokens = await programs.tokensFor(one, mary, "openid chat:use offline_access");
  const refresh = (token = tokens.refresh_token ?? "") => client.refreshTokenGrant(one.configuration, token);
  const next = await refresh();
  expect((await programs.use(next.access_token)).status).toBe(200);
  await expect(refresh()).rejects.toThrow();
  await expect(refresh(next.refresh_token)).rejects.toThrow();
});

test("an ended session ends what was granted in it", async () => {
  const mary = await house.person("farmer");
  const one = await programs.program();
  const tokens = await programs.tokensFor(one, mary, "openid chat:use offline_access");
  await house.call("POST", "/api/v1/auth/logout-all", { token: mary.token });
  expect((await programs.use(tokens.access_token)).status).toBe(401);
  await expect(client.refreshTokenGrant(one.configuration, tokens.refresh_token ?? "")).rejects.toThrow();
});

test("only the redirect address to the letter, only with PKCE, and only scopes that the program has", async () => {
  const { id } = await programs.program({ scopes: ["chat:use"] });
  const ask = (change: Record<string, string>) => {
    const asked = {
      client_id: id,
      response_type: "code",
      redirect_uri: callback,
      scope: "openid",
      state: "s",
      ...change,
    };
    return fetch(`${base}/oidc/auth?${new URLSearchParams(asked)}`, { redirect: "manual" });
  };
  for (const redirect_uri of [`${callback}/`, `${callback}?a=1`, "https://evil.example/callback"]) {
    const answer = await ask({ redirect_uri, code_challenge: "x".repeat(43), code_challenge_method: "S256" });
    expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
  }
  const errorOf = (answer: Response) => new URL(answer.headers.get("location") ?? base).searchParams.get("error");
  expect(errorOf(await ask({}))).toBe("invalid_request");
  expect(errorOf(await ask({ code_challenge: "x".repeat(43), code_challenge_method: "plain" }))).toBe(
    "invalid_request",
  );
  const byForm = { response_mode: "form_post", code_challenge: "x".repeat(43), code_challenge_method: "S256" };
  expect(errorOf(await ask(byForm))).toBe("unsupported_response_mode");
  const discovered = await fetch(`${base}/oidc/.well-known/openid-configuration`);
  expect(await discovered.json()).toMatchObject({ response_modes_supported: ["query", "fragment"] });
  const wide = { scope: "openid flock:write", code_challenge: "x".repeat(43), code_challenge_method: "S256" };
  expect(errorOf(await ask(wide))).toBe("invalid_scope");
  const stranger = await ask({ client_id: "stranger" });
  expect([stranger.status, stranger.headers.get("location")]).toEqual([400, null]);
});
