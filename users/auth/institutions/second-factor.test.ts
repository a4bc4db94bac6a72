import { afterAll, expect, test } from "bun:test";
import { z } from "zod";
import { codeOf, enrolTotp } from "../../testing/factors.ts";
import { cookieOf, Harness, type Person } from "../../testing/harness.ts";
import { atUniversity, startUniversity, walk } from "../../testing/university.ts";

// Who has a second factor is asked for it by whatever way they come in.
const home = "http://localhost:8080";
const university = await startUniversity([`${home}/api/v1/auth/oidc/hill/callback`]);
university.members = { mary: { email: "mary@hill.example", email_verified: true, name: "Mary Hill" } };
university.atKeyboard = "mary";
afterAll(() => university.stop());

const refreshCookie = (answer: Response) =>
  answer.headers
    .getSetCookie()
    .find((set) => set.startsWith("__Host-bw_rt="))
    ?.split(";")[0];
const session = z.object({ access_token: z.string(), user: z.object({ id: z.string() }) });

async function signIn(house: Harness): Promise<Response> {
  const begun = await house.call("GET", "/api/v1/auth/oidc/hill/start?return_to=/flock");
  const back = await walk(begun.headers.get("location") ?? "", home);
  return house.call("GET", back.pathname + back.search, { headers: { cookie: cookieOf(begun) } });
}

test("an institution opens no session past a second factor: the browser comes back with a challenge in the fragment", async () => {
  const house = await Harness.ready();
  const boss = await house.person("administrator");
  const token = await house.tokenOf(boss, { acr: "aal2", roles: ["administrator"] });
  const { clientId: client_id, secret: client_secret } = atUniversity;
  const told = { name: "Hill", issuer: university.issuer, client_id, client_secret, domains: ["hill.example"] };
  const body = { ...told, role: "farmer" };
  expect((await house.call("PUT", "/api/v1/auth/institutions/hill", { token, body })).status).toBe(200);

  const first = await signIn(house);
  const refreshed = session.parse(await (await house.refresh(refreshCookie(first) ?? "")).json());
  const mary: Person = { email: "", uid: refreshed.user.id, token: refreshed.access_token, cookie: "" };
  const { secret } = await enrolTotp(house, mary);

  const again = await signIn(house);
  expect([again.status, refreshCookie(again)]).toEqual([302, undefined]);
  const [path, challenge = ""] = (again.headers.get("location") ?? "").split("#mfa_challenge=");
  expect(path).toBe("/flock");
  const wrong = { challenge, totp: "000000" };
  expect((await house.call("POST", "/api/v1/auth/mfa", { body: wrong })).status).toBe(401);
  const right = await house.call("POST", "/api/v1/auth/mfa", { body: { challenge, totp: codeOf(house, secret) } });
  expect([right.status, refreshCookie(right) === undefined]).toEqual([200, false]);
});
