import { beforeEach, describe, expect, test } from "bun:test";
import { permissions, permissionsInTokens, permissionsOf } from "../../platform/identity/permissions.ts";
import { cookieOf, Harness, password } from "../../testing/harness.ts";
import { Mailbox } from "../../testing/mailbox.ts";

let house: Harness;
beforeEach(async () => {
  house = await Harness.ready();
});
const login = (email: string, secret = password, headers = {}) =>
  house.call("POST", "/api/v1/auth/login", { body: { email, password: secret }, headers });

describe("the account", () => {
  const change = (token: string, current: string, next: string) =>
    house.call("PUT", "/api/v1/auth/password", { token, body: { current, new: next } });

  test("a new password ends every session, the old password is dead, the new session lives", async () => {
    const mary = await house.person();
    const phone = await house.login(mary.email);
    expect((await change(mary.token, "wrong wrong wrong", "nine brown rams by the gate")).status).toBe(401);
    expect((await change(mary.token, password, "password1234")).status).toBe(422);
    const answer = await change(mary.token, password, "nine brown rams by the gate");
    expect(answer.status).toBe(200);
    for (const { token, cookie } of [mary, phone]) {
      expect((await house.call("GET", "/api/v1/auth/me", { token })).status).toBe(401);
      expect((await house.refresh(cookie)).status).toBe(401);
    }
    expect((await house.refresh(cookieOf(answer))).status).toBe(200);
    expect((await new Mailbox(house).of(mary.email)).at(-1)?.kind).toBe("password-changed");
    expect((await login(mary.email)).status).toBe(401);
    expect((await login(mary.email, "nine brown rams by the gate")).status).toBe(200);
  });

  test("of two password changes at once one wins", async () => {
    const mary = await house.person();
    const answers = await Promise.all([1, 2].map((n) => change(mary.token, password, `nine brown rams by gate ${n}`)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test("logout everywhere ends all sessions, this one too", async () => {
    const mary = await house.person();
    const phone = await house.login(mary.email);
    const answer = await house.call("POST", "/api/v1/auth/logout-all", { token: phone.token });
    expect(await answer.json()).toEqual({ ended: 2 });
    for (const { token } of [mary, phone])
      expect((await house.call("GET", "/api/v1/auth/me", { token })).status).toBe(401);
  });
});

describe("addresses", () => {
  const service = () => ({ authorization: `Service ${house.settings.serviceSecret}` });
  const operator = () => ({ authorization: `Operator ${house.settings.operatorSecret}` });
  const of = (uid: string, headers: Record<string, string> = service()) =>
    house.call("GET", `/api/v1/auth/internal/addresses/${uid}`, { headers });
  const verify = (email: string, verified: unknown, headers: Record<string, string> = operator()) =>
    house.call("POST", "/api/v1/auth/operator/addresses", { body: { email, verified }, headers });

  test("an address counts once an operator has verified it, and no longer when that is taken back", async () => {
    const mary = await house.person();
    expect(await (await of(mary.uid)).json()).toEqual({ email: null });
    expect((await verify(mary.email.toUpperCase(), true)).status).toBe(204);
    expect(await (await of(mary.uid)).json()).toEqual({ email: mary.email });
    expect((await verify(mary.email, false)).status).toBe(204);
    expect(await (await of(mary.uid)).json()).toEqual({ email: null });
  });

  test("an unknown user looks like one whose address is not verified; an unknown address is told to operators", async () => {
    expect(await (await of("01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4d")).json()).toEqual({ email: null });
    expect((await verify("nobody@x.example", true)).status).toBe(404);
    expect((await verify("nobody@x.example", "yes")).status).toBe(422);
  });

  test("neither is for users", async () => {
    const mary = await house.person("administrator");
    for (const authorization of ["", `Bearer ${mary.token}`, "Service wrong", "Operator wrong"]) {
      expect((await of(mary.uid, { authorization })).status).toBe(401);
      expect((await verify(mary.email, true, { authorization })).status).toBe(401);
    }
    expect((await of(mary.uid, operator())).status).toBe(401);
    expect((await verify(mary.email, true, service())).status).toBe(401);
  });
});

describe("roles", () => {
  test("the operator sets roles; the old tokens end; the next login has them", async () => {
    const mary = await house.person();
    expect((await house.setRoles(mary.email, ["farmer"])).status).toBe(200);
    expect((await house.call("GET", "/api/v1/auth/me", { token: mary.token })).status).toBe(401);
    expect((await house.refresh(mary.cookie)).status).toBe(401);
    const again = await house.login(mary.email);
    const me = await house.call("GET", "/api/v1/auth/me", { token: again.token });
    expect(await me.json()).toMatchObject({ roles: ["farmer"] });
  });

  test("the same roles again change nothing", async () => {
    const mary = await house.person("farmer");
    expect((await house.setRoles(mary.email, ["farmer"])).status).toBe(200);
    expect((await house.call("GET", "/api/v1/auth/me", { token: mary.token })).status).toBe(200);
  });

  test("a wrong secret, an unknown role and an unknown user are refused", async () => {
    const mary = await house.person();
    const body = { email: mary.email, roles: ["farmer"] };
    for (const authorization of [
      "",
      "Operator wrong",
      `Bearer ${mary.token}`,
      `Service ${house.settings.serviceSecret}`,
    ])
      expect(
        (await house.call("POST", "/api/v1/auth/operator/roles", { body, headers: { authorization } })).status,
      ).toBe(401);
    expect((await house.setRoles(mary.email, ["shepherd"])).status).toBe(422);
    expect((await house.setRoles("nobody@x.example", ["farmer"])).status).toBe(404);
  });

  test("the last administrator keeps the role, also when two leave at once", async () => {
    const [one, two] = [await house.person("administrator"), await house.person("administrator")];
    const answers = await Promise.all([house.setRoles(one.email, ["student"]), house.setRoles(two.email, ["student"])]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  test("every permission of the contract is held by a role; an administrator sees no flock", async () => {
    const table = await (await house.call("GET", "/api/v1/auth/permissions")).json();
    expect(table).toEqual({ version: 1, roles: JSON.parse(JSON.stringify(permissionsInTokens)) });
    const held = new Set(Object.values(permissionsOf).flat());
    expect(permissions.filter((name) => !held.has(name))).toEqual([]);
    expect(permissionsOf.administrator.filter((name) => /flock|genotype|evaluation|dataset/.test(name))).toEqual([]);
  });
});
