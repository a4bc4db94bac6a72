import { afterAll, beforeAll, expect, test } from "bun:test";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from "jose";
import { codeOf, cookieOf, Harness } from "../../testing/harness.ts";
import { freePort } from "../../testing/servers.ts";

// An institution whose answers are forged in one place each: what it has not signed, for us and for this very log-in,
// opens nothing.
const secret = "the secret that the university gave";
const port = await freePort();
const issuer = `http://127.0.0.1:${port}`;
const own = await generateKeyPair("RS256");
const foreign = await generateKeyPair("RS256");
const jwk = { ...(await exportJWK(own.publicKey)), kid: "own", use: "sig", alg: "RS256" };
let idToken = "";
const documents: Record<string, () => unknown> = {
  "/.well-known/openid-configuration": () => ({
    issuer,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
  }),
  "/jwks": () => ({ keys: [jwk] }),
  "/token": () => ({ access_token: "a", token_type: "Bearer", expires_in: 60, id_token: idToken }),
};
const server = Bun.serve({
  port,
  hostname: "127.0.0.1",
  fetch: ({ url }) => Response.json(documents[new URL(url).pathname]?.() ?? {}),
});
afterAll(() => server.stop(true));

let house: Harness;
beforeAll(async () => {
  house = await Harness.ready();
  const administrator = await house.tokenOf(await house.person("administrator"), {
    acr: "aal2",
    roles: ["administrator"],
  });
  const client = { client_id: "bellwether", client_secret: secret };
  const body = { name: "Hill University", issuer, ...client, domains: ["hill.example"], role: "student" };
  await house.call("PUT", "/api/v1/auth/institutions/hill", { token: administrator, body });
});

const now = () => Math.floor(Date.now() / 1000);
const rightly = (nonce: string): JWTPayload => ({
  iss: issuer,
  aud: "bellwether",
  sub: "mary",
  email: "mary@hill.example",
  email_verified: true,
  nonce,
  iat: now(),
  exp: now() + 300,
});
const signed = (payload: JWTPayload, key = own.privateKey, kid = "own") =>
  new SignJWT(payload).setProtectedHeader({ alg: "RS256", kid }).sign(key);

/** Logs in with the id token that is made of the nonce that was asked for. */
async function logIn(make: (nonce: string) => Promise<string> | string): Promise<Response> {
  const begun = await house.call("GET", "/api/v1/auth/oidc/hill/start");
  const asked = new URL(begun.headers.get("location") ?? "").searchParams;
  idToken = await make(asked.get("nonce") ?? "");
  const back = new URLSearchParams({ code: "c", state: asked.get("state") ?? "", iss: issuer });
  const headers = { cookie: cookieOf(begun) };
  return house.call("GET", `/api/v1/auth/oidc/hill/callback?${back}`, { headers });
}

test("what the institution has signed for this log-in lets in", async () => {
  const answer = await logIn((nonce) => signed(rightly(nonce)));
  expect([answer.status, answer.headers.get("location")]).toEqual([302, "/"]);
});

test.each<[string, (nonce: string) => Promise<string> | string]>([
  ["the nonce of another log-in", () => signed(rightly("x".repeat(43)))],
  ["no nonce", (nonce) => signed({ ...rightly(nonce), nonce: undefined })],
  ["a key that is not the institution's", (nonce) => signed(rightly(nonce), foreign.privateKey)],
  ["a key that nobody has published", (nonce) => signed(rightly(nonce), foreign.privateKey, "foreign")],
  ["no signature", (nonce) => new UnsecuredJWT(rightly(nonce)).encode()],
  ["a claim changed after it was signed", async (nonce) => changed(await signed(rightly(nonce)))],
  [
    "our own secret as the key",
    (nonce) => new SignJWT(rightly(nonce)).setProtectedHeader({ alg: "HS256" }).sign(new TextEncoder().encode(secret)),
  ],
  ["another program's", (nonce) => signed({ ...rightly(nonce), aud: "another" })],
  ["another issuer's", (nonce) => signed({ ...rightly(nonce), iss: "https://evil.example" })],
  ["one that is over", (nonce) => signed({ ...rightly(nonce), exp: now() - 300 })],
  ["no id token", () => ""],
])("lets nobody in: %s", async (_what, make) => {
  const answer = await logIn(make);
  expect([answer.status, await codeOf(answer)]).toEqual([400, "sign_in_failed"]);
  expect(answer.headers.getSetCookie().join()).not.toContain("bw_rt");
});

function changed(token: string): string {
  const [head = "", body = "", signature = ""] = token.split(".");
  const claims = { ...JSON.parse(Buffer.from(body, "base64url").toString()), sub: "somebody else" };
  return [head, Buffer.from(JSON.stringify(claims)).toString("base64url"), signature].join(".");
}
