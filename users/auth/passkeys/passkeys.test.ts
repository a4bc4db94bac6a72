import { beforeEach, expect, test } from "bun:test";
import { Authenticator } from "../../testing/authenticator.ts";
import {
  answer,
  challengeFor,
  claimsOf,
  enrolTotp,
  passkeyOptions,
  registerPasskey,
  tokenIn,
} from "../../testing/factors.ts";
import { Harness, type Person, codeOf as problemOf } from "../../testing/harness.ts";
import { assertion } from "./schemas.ts";

let house: Harness;
let mary: Person;
beforeEach(async () => {
  house = await Harness.ready();
  mary = await house.person("farmer");
});
const call = (method: string, path: string, token: string, body?: unknown) =>
  house.call(method, `/api/v1/auth/passkeys${path}`, { token, body });
const login = (passkey: object) => house.call("POST", "/api/v1/auth/passkeys/login", { body: { passkey } });
const refused = async (response: Response) => [response.status, await problemOf(response)];

test("a passkey is registered, listed, renamed, used as the way in and as the second factor, and deleted", async () => {
  const { key, id, codes } = await registerPasskey(house, mary);
  expect(codes).toHaveLength(10);
  const renamed = await call("PATCH", `/${id}`, mary.token, { name: "Blue key" });
  expect(await renamed.json()).toMatchObject({ id, name: "Blue key", synced: false, last_used_at: null });
  const first = await login(key.use(await passkeyOptions(house)));
  expect(claimsOf(await tokenIn(first))).toMatchObject({ acr: "aal2", amr: ["hwk", "user", "mfa"] });
  const { challenge, factors, passkey } = await challengeFor(house, mary);
  expect(factors).toEqual(["passkey", "recovery"]);
  const second = await answer(house, challenge, { passkey: key.use(passkey, { userVerified: false }) });
  expect(claimsOf(await tokenIn(second))).toMatchObject({ acr: "aal2", amr: ["pwd", "hwk", "mfa"] });
  expect((await call("DELETE", `/${id}`, mary.token)).status).toBe(200);
  expect(await refused(await login(key.use(await passkeyOptions(house))))).toEqual([401, "passkey_refused"]);
  expect(house.table.everything().filter(({ pk }) => pk.startsWith("CRED#"))).toEqual([]);
});

test.each([
  ["another origin", { origin: "http://evil.example" }, "passkey_refused"],
  ["another site", { site: "evil.example" }, "passkey_refused"],
  ["no verification of the user", { userVerified: false }, "user_not_verified"],
  ["a counter that went back", { counter: 1 }, "passkey_refused"],
])("%s is refused", async (_what, say, code) => {
  const { key } = await registerPasskey(house, mary);
  for (let n = 0; n < 2; n++) expect((await login(key.use(await passkeyOptions(house)))).status).toBe(200);
  expect(await refused(await login(key.use(await passkeyOptions(house), say)))).toEqual([401, code]);
});

test("an answer counts once and for ten minutes; a challenge that nobody gave out, never", async () => {
  const { key } = await registerPasskey(house, mary);
  const used = key.use(await passkeyOptions(house));
  expect((await login(used)).status).toBe(200);
  expect((await login(used)).status).toBe(401);
  const late = key.use(await passkeyOptions(house));
  house.clock.pass(600);
  expect((await login(late)).status).toBe(401);
  expect((await login(key.use({ challenge: "bWFkZSB1cA", rpId: "localhost" }))).status).toBe(401);
});

test("somebody else's passkey is no second factor, and cannot be seen, renamed, deleted or registered again", async () => {
  const john = await house.person();
  const { key, id } = await registerPasskey(house, john);
  await registerPasskey(house, mary);
  const { challenge, passkey } = await challengeFor(house, mary);
  const foreign = await answer(house, challenge, { passkey: key.use(passkey) });
  expect(await refused(foreign)).toEqual([401, "wrong_second_factor"]);
  expect((await call("PATCH", `/${id}`, mary.token, { name: "Mine" })).status).toBe(404);
  expect((await call("DELETE", `/${id}`, mary.token)).status).toBe(404);
  const options = await call("POST", "/registration", mary.token);
  const again = await call("POST", "", mary.token, { name: "Mine", passkey: key.make(await options.json()) });
  expect(await refused(again)).toEqual([409, "passkey_known"]);
});

test("a registration answers its own question, of its own user", async () => {
  const john = await house.person();
  const options = await call("POST", "/registration", john.token);
  const passkey = new Authenticator().make(await options.json());
  expect(await refused(await call("POST", "", mary.token, { name: "Key", passkey }))).toEqual([
    422,
    "passkey_not_valid",
  ]);
});

test("a role that needs a second factor opens nothing but its enrolment, and keeps the last one", async () => {
  house = await Harness.ready({ mfaRoles: ["researcher"] });
  const anna = await house.person("researcher");
  expect(claimsOf(anna.token)).toMatchObject({ acr: "aal1", roles: ["enrolling"] });
  const shut = await house.call("GET", "/api/v1/sessions", { token: anna.token });
  expect(await refused(shut)).toEqual([403, "second_factor_missing"]);
  const { id } = await registerPasskey(house, anna);
  expect(claimsOf(anna.token)).toMatchObject({ acr: "aal2", roles: ["researcher"] });
  expect((await house.call("GET", "/api/v1/sessions", { token: anna.token })).status).toBe(200);
  expect(await refused(await call("DELETE", `/${id}`, anna.token))).toEqual([409, "last_factor"]);
  await enrolTotp(house, anna);
  expect((await call("DELETE", `/${id}`, anna.token)).status).toBe(200);
});

test("a signature may be as long as that of ML-DSA-87, which browsers and their keys choose by now", () => {
  const used = (bytes: number) => ({
    ...{ id: "AA", rawId: "AA", type: "public-key" },
    response: { clientDataJSON: "e30", authenticatorData: "oA", signature: "A".repeat(Math.ceil((bytes * 4) / 3)) },
  });
  expect([2_420, 3_309, 4_627, 10_000].map((bytes) => assertion.safeParse(used(bytes)).success)).toEqual([
    true,
    true,
    true,
    false,
  ]);
});
