import { afterAll, beforeAll, expect, test } from "bun:test";
import * as client from "openid-client";
import { codeOf, Harness, type Person } from "../../testing/harness.ts";
import { freePort } from "../../testing/servers.ts";
import { newClient } from "./schemas.ts";

const port = await freePort();
const base = `http://localhost:${port}`;
const house = await Harness.ready({ BELLWETHER_PUBLIC_URL: base, allowedOrigins: [base] });
const server = Bun.serve({
  port,
  hostname: "127.0.0.1",
  fetch: (request) => house.composed.app.fetch(request, { address: "127.0.0.1" }),
});
afterAll(() => server.stop(true));
const callback = "http://127.0.0.1:9/callback";
let administrator: string;
beforeAll(async () => {
  const person = await house.person("administrator");
  administrator = await house.tokenOf(person, { acr: "aal2", roles: ["administrator"] });
});

async function program(change: object = {}) {
  const body = { name: "Notebooks <b>", redirect_uris: [callback], scopes: ["chat:use", "flock:read"], ...change };
  const answer = await house.call("POST", "/api/v1/auth/clients", { token: administrator, body });
  const { id, client_secret } = newClient.parse(await answer.json());
  const execute = [client.allowInsecureRequests, client.enableNonRepudiationChecks];
  const secret = client_secret === null ? client.None() : client.ClientSecretBasic(client_secret);
  const metadata = { id_token_signed_response_alg: "ES256" };
  const configuration = await client.discovery(new URL(`${base}/oidc`), id, metadata, secret, { execute });
  return { id, configuration };
}
type Program = Awaited<ReturnType<typeof program>>;

/** A browser at the provider: the cookies that it was given, and those of the person. */
class Browser {
  readonly jar = new Map<string, string>();
  async go(to: string, form?: Record<string, string>, origin = base): Promise<Response> {
    const cookie = [...this.jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const posted = form && { method: "POST", body: new URLSearchParams(form) };
    const answer = await fetch(to, { redirect: "manual", headers: { cookie, ...(form && { origin }) }, ...posted });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      this.jar.set(name, value);
    }
    const next = answer.headers.get("location");
    if (!next || next.startsWith(callback)) return answer;
    return this.go(new URL(next, to).href);
  }
}

async function authorize(
  { configuration }: Program,
  person: Person | undefined,
  scope: string,
  answer = "allow",
  origin = base,
  resource = "",
) {
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: callback,
    scope,
    state,
    ...(resource && { resource }),
    prompt: "consent",
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
  const browser = new Browser();
  const asked = await browser.go(url.href);
  const text = await asked.text();
  const [name = "", value = ""] = (person?.cookie ?? "=").split("=");
  browser.jar.set(name, value);
  const answered = await browser.go(asked.url, { answer }, origin);
  const back = answered.headers.get("location");
  return { page: asked, text, answered, back: back ? new URL(back) : undefined, verifier, state };
}
async function tokensFor(one: Program, person: Person, scope: string) {
  const { back, verifier, state } = await authorize(one, person, scope);
  const checks = { pkceCodeVerifier: verifier, expectedState: state };
  const exchange = () => client.authorizationCodeGrant(one.configuration, back ?? new URL(base), checks);
  return { tokens: await exchange(), exchange };
}
const use = (token: string) => house.call("GET", "/api/v1/chats", { token });

test("a client library signs a person in, and the token may what was consented to and no more", async () => {
  const mary = await house.person("farmer");
  const one = await program();
  const { tokens } = await tokensFor(one, mary, "openid chat:use offline_access");
  expect(tokens.claims()).toMatchObject({ sub: mary.uid, aud: one.id, iss: `${base}/oidc` });
  expect(tokens.scope?.split(" ")).toContain("chat:use");
  expect((await use(tokens.access_token)).status).toBe(200);
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
  const one = await program();
  const { back, verifier, state } = await authorize(one, mary, "chat:use", "allow", base, `${base}/mcp`);
  const checks = { pkceCodeVerifier: verifier, expectedState: state };
  const tokens = await client.authorizationCodeGrant(one.configuration, back ?? new URL(base), checks);
  expect((await use(tokens.access_token)).status).toBe(200);
});

test("who consents to nothing but a name gives a token that may nothing", async () => {
  const mary = await house.person("farmer");
  const { tokens } = await tokensFor(await program(), mary, "openid");
  expect((await use(tokens.access_token)).status).toBe(403);
});

test("the page has no script, escapes, and needs this browser's session and own answer", async () => {
  const one = await program();
  const { page, text, answered } = await authorize(one, undefined, "openid chat:use");
  expect(page.headers.get("content-security-policy")).toBe("default-src 'none'; frame-ancestors 'none'");
  expect(text).toContain("Notebooks &#60;b&#62; asks to act for you");
  expect(text).not.toContain("<script");
  expect([answered.status, answered.headers.get("location")]).toEqual([401, null]);
  const mary = await house.person("farmer");
  const foreign = await authorize(one, mary, "openid", "allow", "https://evil.example");
  expect(foreign.answered.status).toBe(401);
  const refused = await authorize(one, mary, "openid", "refuse");
  expect(refused.back?.searchParams.get("error")).toBe("access_denied");
});

test("a code counts once among twenty, and a refresh token that comes again ends them all", async () => {
  const mary = await house.person("farmer");
  const one = await program();
  const { back, verifier, state } = await authorize(one, mary, "openid chat:use offline_access");
  const checks = { pkceCodeVerifier: verifier, expectedState: state };
  const exchange = () => client.authorizationCodeGrant(one.configuration, back ?? new URL(base), checks);
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, exchange));
  expect(outcomes.filter(({ status }) => status === "fulfilled").length).toBeLessThanOrEqual(1);
  const { tokens } = await tokensFor(one, mary, "openid chat:use offline_access");
  const refresh = (token = tokens.refresh_token ?? "") => client.refreshTokenGrant(one.configuration, token);
  const next = await refresh();
  expect((await use(next.access_token)).status).toBe(200);
  await expect(refresh()).rejects.toThrow();
  await expect(refresh(next.refresh_token)).rejects.toThrow();
}, 30_000);

test("an ended session ends what was granted in it", async () => {
  const mary = await house.person("farmer");
  const one = await program();
  const { tokens } = await tokensFor(one, mary, "openid chat:use offline_access");
  await house.call("POST", "/api/v1/auth/logout-all", { token: mary.token });
  expect((await use(tokens.access_token)).status).toBe(401);
  await expect(client.refreshTokenGrant(one.configuration, tokens.refresh_token ?? "")).rejects.toThrow();
});

test("only the redirect address to the letter, only with PKCE, and only scopes that the program has", async () => {
  const { id } = await program({ scopes: ["chat:use"] });
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
  const wide = { scope: "openid flock:write", code_challenge: "x".repeat(43), code_challenge_method: "S256" };
  expect(errorOf(await ask(wide))).toBe("invalid_scope");
  const stranger = await ask({ client_id: "stranger" });
  expect([stranger.status, stranger.headers.get("location")]).toEqual([400, null]);
});
