import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { z } from "zod";
import { MemoryTable } from "../../platform/dynamo/memory.ts";
import type { ScannableTable } from "../../platform/dynamo/table.ts";
import { boundToFarms, grantable, may, permissions } from "../../platform/identity/permissions.ts";
import { uuid } from "../../platform/ids.ts";
import { codeOf, Harness, type Person, password } from "../../testing/harness.ts";
import { type Running, startDynoxide } from "../../testing/servers.ts";
import { tableIn } from "../../testing/tables.ts";
import { exchangedView, newToken, tokenList } from "./schemas.ts";

let dynoxide: Running;
beforeAll(async () => {
  dynoxide = await startDynoxide();
});
afterAll(() => dynoxide.stop());
const implementations: [string, () => Promise<ScannableTable>][] = [
  ["in memory", async () => new MemoryTable()],
  ["in dynoxide", () => tableIn(dynoxide.port)],
];
const claimsOf = (token: string) =>
  z
    .object({ sub: z.string(), sid: z.string(), roles: z.array(z.string()), scope: z.string(), auth_time: z.number() })
    .parse(JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()));

class House extends Harness {
  make = ({ token }: Person, change: object = {}) =>
    this.call("POST", "/api/v1/auth/tokens", {
      token,
      body: { name: "weights in R", scopes: ["dataset:read"], expires_in_days: 90, ...change },
    });
  made = async (person: Person, change: object = {}) => newToken.parse(await (await this.make(person, change)).json());
  exchange = (token: string) => this.call("POST", "/api/v1/auth/token", { body: { token } });
  exchanged = async (token: string) => exchangedView.parse(await (await this.exchange(token)).json());
  listed = async ({ token }: Person) =>
    tokenList.parse(await (await this.call("GET", "/api/v1/auth/tokens", { token })).json()).items;
  revoke = ({ token }: Person, id: string) => this.call("DELETE", `/api/v1/auth/tokens/${id}`, { token });
  /** Any route that asks for chat:use. */
  use = (token: string) => this.call("GET", "/api/v1/chats", { token });
  static async of(table?: ScannableTable): Promise<House> {
    const house = new House({}, table && { table });
    await house.composed.signing.ensure();
    return house;
  }
}
const refused = async (answer: Response) => [answer.status, await codeOf(answer)];
const gone = [401, "token_refused"];

describe("a personal access token", () => {
  test("for some farms only: they stand in its access tokens, and nothing that belongs to no farm is permitted", async () => {
    const house = await House.of();
    const mary = await house.person("farmer");
    const farms = ["01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4d"];
    const scopes = ["flock:read", "import:read"];
    const made = await house.made(mary, { scopes, farms: ["01958F3E-7D1C-7CC0-9F8E-0D1F6A2B3C4D"] });
    expect(made.farms).toEqual(farms);
    expect((await house.listed(mary)).map((token) => token.farms)).toEqual([farms]);
    const exchanged = await house.exchanged(made.token);
    expect(exchanged).toMatchObject({ farms, scope: "flock:read import:read" });
    expect(JSON.parse(Buffer.from(exchanged.access_token.split(".")[1] ?? "", "base64url").toString())).toMatchObject({
      farms,
    });
    expect((await house.use(exchanged.access_token)).status).toBe(403);
    for (const scope of grantable) {
      const asked = await house.make(mary, { scopes: [scope], farms });
      if (boundToFarms.includes(scope)) expect(asked.status).toBe(201);
      else expect(["scope_of_no_farm", "beyond_rights"]).toContain(await codeOf(asked));
    }
    for (const wrong of [[], ["all"], [farms[0], farms[0]?.toUpperCase()], Array.from({ length: 21 }, () => uuid(0))])
      expect(await codeOf(await house.make(mary, { scopes, farms: wrong }))).toBe("invalid");
  });

  test("a token that names farms may only what farms bound, whatever else it says", () => {
    const roles = ["farmer", "researcher", "administrator"];
    const named = { roles, scopes: [...permissions], farms: ["01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4d"] };
    expect(permissions.filter((permission) => may(named, permission))).toEqual([...boundToFarms]);
  });

  test("is shown once, exchanged for what it may and no more, and listed with the day of its last use", async () => {
    const house = await House.of();
    const mary = await house.person("farmer");
    const made = await house.made(mary, { scopes: ["chat:use", "flock:read"] });
    expect(made.token).toMatch(/^bwp_[\w-]{87}$/);
    expect((await house.listed(mary)).map(({ name, last_used_on }) => [name, last_used_on])).toEqual([
      ["weights in R", null],
    ]);
    const { access_token, scope, expires_in } = await house.exchanged(made.token);
    expect([scope, expires_in]).toEqual(["flock:read chat:use", 300]);
    expect(claimsOf(access_token)).toMatchObject({ sub: mary.uid, roles: ["farmer"], scope, auth_time: 0 });
    expect((await house.use(access_token)).status).toBe(200);
    for (const [method, path] of [
      ["GET", "/api/v1/auth/me"],
      ["GET", "/api/v1/sessions"],
      ["GET", "/api/v1/auth/tokens"],
      ["POST", "/api/v1/auth/tokens"],
      ["GET", "/api/v1/profiles/me"],
    ] as const)
      expect(await refused(await house.call(method, path, { token: access_token }))).toEqual([403, "not_allowed"]);
    const [listed] = await house.listed(mary);
    expect(listed).toMatchObject({ id: made.id, last_used_on: "2027-03-01" });
    expect(JSON.stringify(listed)).not.toContain(made.token);
  });

  test("is nowhere in the store, and neither is its secret", async () => {
    const house = await House.of();
    const { token } = await house.made(await house.person("farmer"));
    const secret = Buffer.from(token.slice(4), "base64url").subarray(33);
    const stored = JSON.stringify(house.table.everything());
    for (const form of ["base64url", "base64", "hex"] as const) expect(stored).not.toContain(secret.toString(form));
    expect(stored).not.toContain(token);
  });

  test("has at most the rights of its maker, and none over accounts, sessions or tokens", async () => {
    const house = await House.of();
    const student = await house.person();
    expect(await refused(await house.make(student, { scopes: ["flock:read"] }))).toEqual([422, "beyond_rights"]);
    for (const scopes of [["session:self"], ["user:role"], ["consent:grant"], [], ["chat:use", "chat:use"]])
      expect(await refused(await house.make(student, { scopes }))).toEqual([422, "invalid"]);
    for (const expires_in_days of [0, 366, 1.5, null, undefined])
      expect(await refused(await house.make(student, { expires_in_days }))).toEqual([422, "invalid"]);
    expect(await house.listed(student)).toEqual([]);
  });

  test("needs a log-in of the last ten minutes", async () => {
    const house = await House.of();
    const mary = await house.person("farmer");
    house.clock.pass(601 - 300);
    const { access_token } = z
      .object({ access_token: z.string() })
      .parse(await (await house.refresh(mary.cookie)).json());
    house.clock.pass(299);
    expect((await house.make({ ...mary, token: access_token })).status).toBe(201);
    house.clock.pass(2);
    expect(await refused(await house.make({ ...mary, token: access_token }))).toEqual([401, "step_up_required"]);
  });

  test("of somebody whose role still lacks its second factor may nothing of that role", async () => {
    const house = await House.of();
    const mary = await house.person("farmer");
    const token = await house.tokenOf(mary, { roles: ["enrolling"] });
    expect(await refused(await house.make({ ...mary, token }))).toEqual([403, "second_factor_missing"]);
  });

  test("ends on its day, and everything that is not one is refused alike", async () => {
    const house = await House.of();
    const { token } = await house.made(await house.person("farmer"), { expires_in_days: 1 });
    const altered = token.slice(0, -3) + (token.endsWith("AAA") ? "BBB" : "AAA");
    for (const text of ["", "x", "bwp_", altered, `bwp_${"A".repeat(87)}`, `${token}x`])
      expect(await refused(await house.exchange(text))).toEqual(gone);
    expect((await house.exchange(token)).status).toBe(200);
    house.clock.pass(86_400);
    expect(await refused(await house.exchange(token))).toEqual(gone);
  });

  test("belongs to one user: others neither see it nor take it back", async () => {
    const house = await House.of();
    const [mary, peter] = [await house.person("farmer"), await house.person("farmer")];
    const { id, token } = await house.made(mary);
    expect(await house.listed(peter)).toEqual([]);
    expect((await house.revoke(peter, id)).status).toBe(404);
    expect((await house.exchange(token)).status).toBe(200);
  });

  const endings: [string, (house: House, person: Person) => Promise<unknown>][] = [
    ["new roles", (house, { email }) => house.setRoles(email, ["student"])],
    ["logging out everywhere", (house, { token }) => house.call("POST", "/api/v1/auth/logout-all", { token })],
    [
      "a new password",
      (house, { token }) =>
        house.call("PUT", "/api/v1/auth/password", {
          token,
          body: { current: password, new: "nine brown rams by it" },
        }),
    ],
  ];
  test.each(endings)("ends with %s, and what was made from it at once", async (_what, end) => {
    const house = await House.of();
    const mary = await house.person("farmer");
    const { token } = await house.made(mary, { scopes: ["chat:use"] });
    const { access_token } = await house.exchanged(token);
    expect((await house.use(access_token)).status).toBe(200);
    await end(house, mary);
    expect((await house.use(access_token)).status).toBe(401);
    expect(await refused(await house.exchange(token))).toEqual(gone);
    expect(await house.composed.sessions.since(0)).toContain(claimsOf(access_token).sid);
    expect(house.table.everything().filter(({ sk }) => sk.startsWith("TOKEN#"))).toEqual([]);
  });
});

describe.each(implementations)("20 callers at once, %s", (_name, open) => {
  test("taking a token back succeeds once, and no exchange outlives it", async () => {
    const house = await House.of(await open());
    const mary = await house.person("farmer");
    const { id, token } = await house.made(mary, { scopes: ["chat:use"] });
    const exchanges = Array.from({ length: 20 }, () => house.exchange(token));
    const revokes = await Promise.all(Array.from({ length: 20 }, () => house.revoke(mary, id)));
    expect(revokes.map(({ status }) => status).sort()).toEqual([204, ...Array(19).fill(404)]);
    for (const answer of await Promise.all(exchanges))
      if (answer.status === 200)
        expect((await house.use(exchangedView.parse(await answer.json()).access_token)).status).toBe(401);
    expect(await refused(await house.exchange(token))).toEqual(gone);
  });

  test("making tokens stays within the number that one may have", async () => {
    const house = await House.of(await open());
    const mary = await house.person("farmer");
    for (let n = 0; n < 12; n++) await house.made(mary);
    const answers = await Promise.all(Array.from({ length: 24 }, () => house.make(mary)));
    const made = answers.filter(({ status }) => status === 201).length;
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 409]));
    expect(made).toBeLessThanOrEqual(8);
    const listed = await house.listed(mary);
    expect(listed).toHaveLength(12 + made);
    expect(new Set(listed.map(({ id }) => id)).size).toBe(listed.length);
  });
});
