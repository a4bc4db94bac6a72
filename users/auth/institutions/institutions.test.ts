import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { z } from "zod";
import type { ScannableTable } from "../../platform/dynamo/table.ts";
import type { Settings } from "../../platform/settings.ts";
import { codeOf, cookieOf, Harness, type Person } from "../../testing/harness.ts";
import { freePort, type Running, startDynoxide } from "../../testing/servers.ts";
import { tableIn } from "../../testing/tables.ts";
import { atUniversity, startUniversity, type University, walk } from "../../testing/university.ts";
import { identityList, institutionList } from "./schemas.ts";

const home = "http://localhost:8080";
const callback = (idp: string) => `${home}/api/v1/auth/oidc/${idp}/callback`;
const mary = { email: "mary@hill.example", email_verified: true, name: "Mary Hill" };
let university: University;
let college: University;
let dynoxide: Running;
beforeAll(async () => {
  university = await startUniversity([callback("hill"), callback("other")]);
  college = await startUniversity([callback("college")]);
  dynoxide = await startDynoxide();
});
afterAll(() => {
  university.stop();
  college.stop();
  return dynoxide.stop();
});
beforeEach(() => {
  university.members = { mary };
  university.atKeyboard = "mary";
  college.members = { mary };
  college.atKeyboard = "mary";
});

type Change = Record<string, unknown>;
class House extends Harness {
  administrator: Person | undefined;
  static async at(idps: Record<string, Change>, table?: ScannableTable, settings: Partial<Settings> = {}) {
    const house = new House(settings, table && { table });
    await house.composed.signing.ensure();
    const person = await house.person("administrator");
    const token = await house.tokenOf(person, { acr: "aal2", roles: ["administrator"] });
    house.administrator = { ...person, token };
    for (const [idp, change] of Object.entries(idps)) expect((await house.configure(idp, change)).status).toBe(200);
    return house;
  }
  configure(idp: string, change: Change = {}) {
    const body = {
      name: "Hill University",
      issuer: university.issuer,
      client_id: atUniversity.clientId,
      client_secret: atUniversity.secret,
      domains: ["hill.example"],
      role: "researcher",
      ...change,
    };
    return this.call("PUT", `/api/v1/auth/institutions/${idp}`, { token: this.administrator?.token ?? "", body });
  }
  start = (idp: string, returnTo = "/flock") =>
    this.call("GET", `/api/v1/auth/oidc/${idp}/start?return_to=${encodeURIComponent(returnTo)}`);
  /** The browser at the institution, up to the address to which it is sent back. */
  async away(begun: Response): Promise<{ back: URL; cookie: string }> {
    return { back: await walk(begun.headers.get("location") ?? "", home), cookie: cookieOf(begun) };
  }
  back = (url: URL, cookie: string) => this.call("GET", url.pathname + url.search, { headers: { cookie } });
  async signIn(idp = "hill"): Promise<Response> {
    const { back, cookie } = await this.away(await this.start(idp));
    return this.back(back, cookie);
  }
  /** Who the refresh cookie of an answer is. */
  async who(answer: Response) {
    const cookie = answer.headers.getSetCookie().find((set) => set.startsWith("__Host-bw_rt=")) ?? "";
    const refreshed = await this.refresh(cookie.split(";")[0] ?? "");
    expect(refreshed.status).toBe(200);
    const { user, access_token } = z
      .object({
        access_token: z.string(),
        user: z.object({ id: z.string(), email: z.string(), roles: z.array(z.string()) }),
      })
      .parse(await refreshed.json());
    return { ...user, token: access_token };
  }
  identities = async (token: string) =>
    identityList.parse(await (await this.call("GET", "/api/v1/auth/identities", { token })).json()).items;
  link = (token: string, idp: string) =>
    this.call("POST", "/api/v1/auth/identities", { token, body: { idp, return_to: "/account" } });
  async linked(token: string, idp: string): Promise<Response> {
    const begun = await this.link(token, idp);
    const { url } = z.object({ url: z.string() }).parse(await begun.json());
    return this.back(await walk(url, home), cookieOf(begun));
  }
  users = () => this.table.everything().filter(({ sk }) => sk === "A");
}
const wentTo = (answer: Response) => [answer.status, answer.headers.get("location")];
const refused = async (answer: Response) => [answer.status, await codeOf(answer)];
const failed = [400, "sign_in_failed"];

describe("logging in at an institution", () => {
  test("makes a user of the verified address the first time, and finds the same one afterwards", async () => {
    const house = await House.at({ hill: {} });
    const first = await house.signIn();
    expect(wentTo(first)).toEqual([302, "/flock"]);
    const user = await house.who(first);
    expect(user).toMatchObject({ email: "mary@hill.example", roles: ["researcher"] });
    expect(await house.identities(user.token)).toMatchObject([{ institution: "hill" }]);
    const again = await house.who(await house.signIn());
    expect(again.id).toBe(user.id);
    const login = { email: "mary@hill.example", password: "" };
    expect((await house.call("POST", "/api/v1/auth/login", { body: login })).status).toBe(401);
  });

  test("sets a cookie of its own for the way, and asks for a code with PKCE, state and nonce", async () => {
    const house = await House.at({ hill: {} });
    const begun = await house.start("hill");
    expect(begun.headers.getSetCookie()[0]).toMatch(
      /^__Host-bw_oidc=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    const asked = new URL(begun.headers.get("location") ?? "").searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: "code",
      client_id: "bellwether",
      code_challenge_method: "S256",
      redirect_uri: callback("hill"),
    });
    for (const name of ["state", "nonce", "code_challenge"]) expect(asked.get(name)).toMatch(/^[\w-]{43}$/);
    const stored = JSON.stringify(house.table.everything());
    for (const secret of [asked.get("state"), asked.get("nonce"), cookieOf(begun).split("=")[1], atUniversity.secret])
      expect(stored).not.toContain(secret ?? "-");
  });

  test.each([
    ["an address that is not verified", { ...mary, email_verified: false }, {}, "address_not_verified"],
    ["an address without a word on it", { email: mary.email }, {}, "address_not_verified"],
    ["no address", { name: "Mary" }, {}, "address_not_verified"],
    ["another domain", { ...mary, email: "mary@evil.example" }, {}, "domain_not_allowed"],
    ["a domain that ends alike", { ...mary, email: "mary@nothill.example" }, {}, "domain_not_allowed"],
    ["two addresses in one", { ...mary, email: "mary@hill.example@evil.example" }, {}, "domain_not_allowed"],
    ["no domain at all", mary, { domains: [] }, "domain_not_allowed"],
    ["an acr that is missing", mary, { acr: "urn:two-factors" }, "not_vouched_for"],
    ["a person whom nobody has approved", mary, { approval: true }, "awaits_approval"],
  ])("lets nobody in: %s", async (_what, member, change, code) => {
    const house = await House.at({ hill: change });
    university.members = { mary: member };
    const answer = await house.signIn();
    expect(wentTo(answer)).toEqual([302, `/flock?sign_in=${code}`]);
    expect(answer.headers.getSetCookie().filter((set) => set.startsWith("__Host-bw_rt"))).toEqual([]);
  });

  test("the required acr, once said, lets in; an institution that refuses does not", async () => {
    const house = await House.at({ hill: { acr: "urn:two-factors" } });
    university.members = { mary: { ...mary, acr: "urn:two-factors" } };
    expect(wentTo(await house.signIn())).toEqual([302, "/flock"]);
    university.atKeyboard = "nobody";
    expect(wentTo(await house.signIn())).toEqual([302, "/flock?sign_in=not_vouched_for"]);
  });

  test("an answer counts once, in the browser that asked, from the institution that was asked", async () => {
    const house = await House.at({ hill: {}, other: {} });
    const { back, cookie } = await house.away(await house.start("hill"));
    const stranger = cookieOf(await house.start("hill"));
    expect(await refused(await house.back(back, ""))).toEqual(failed);
    expect(await refused(await house.back(back, stranger))).toEqual(failed);
    const answers = await Promise.all(Array.from({ length: 20 }, () => house.back(back, cookie)));
    expect(answers.map(({ status }) => status).sort()).toEqual([302, ...Array(19).fill(400)]);

    const elsewhere = await house.away(await house.start("hill"));
    elsewhere.back.pathname = elsewhere.back.pathname.replace("/hill/", "/other/");
    expect(await refused(await house.back(elsewhere.back, elsewhere.cookie))).toEqual(failed);
    expect(house.users()).toHaveLength(2);
  });

  const altered: [string, (query: URLSearchParams) => void][] = [
    ["another issuer", (query) => query.set("iss", "https://evil.example")],
    ["no issuer", (query) => query.delete("iss")],
    ["two issuers", (query) => query.append("iss", "https://evil.example")],
    ["another code", (query) => query.set("code", "x".repeat(43))],
    ["no code", (query) => query.delete("code")],
    ["another state", (query) => query.set("state", "x".repeat(43))],
    ["no state", (query) => query.delete("state")],
  ];
  test.each(altered)("an answer with %s is refused", async (_what, alter) => {
    const house = await House.at({ hill: {} });
    const { back, cookie } = await house.away(await house.start("hill"));
    alter(back.searchParams);
    expect(await refused(await house.back(back, cookie))).toEqual(failed);
    expect(house.users()).toHaveLength(1);
  });

  test("a code of another browser's flow is refused, and so is an answer that comes too late", async () => {
    const house = await House.at({ hill: {} });
    const [one, two] = [await house.away(await house.start("hill")), await house.away(await house.start("hill"))];
    two.back.searchParams.set("code", one.back.searchParams.get("code") ?? "");
    expect(await refused(await house.back(two.back, two.cookie))).toEqual(failed);
    const late = await house.away(await house.start("hill"));
    house.clock.pass(601);
    expect(await refused(await house.back(late.back, late.cookie))).toEqual(failed);
  });

  test.each(["//evil.example", "https://evil.example", "/\\evil.example", "flock", "/a\\b", "/a b", ""])(
    "goes on to paths of the platform only, not to %j",
    async (path) => {
      const house = await House.at({ hill: {} });
      expect((await house.start("hill", path)).status).toBe(422);
    },
  );

  test("an institution that is down when the platform starts comes back by itself", async () => {
    const port = await freePort();
    const house = await House.at({ late: { issuer: `http://127.0.0.1:${port}` } });
    expect(await refused(await house.start("late"))).toEqual([503, "institution_unavailable"]);
    const late = await startUniversity([callback("late")], port);
    late.members = { mary };
    late.atKeyboard = "mary";
    house.clock.pass(3);
    expect(wentTo(await house.signIn("late"))).toEqual([302, "/flock"]);
    late.stop();
  });

  test("an institution within a network that may not be called is not asked", async () => {
    const house = await House.at({ hill: {} }, undefined, { reachable: [] });
    university.asked = 0;
    expect(await refused(await house.start("hill"))).toEqual([503, "institution_unavailable"]);
    expect(university.asked).toBe(0);
  });

  test("a provider that names another issuer than the configured one is not believed", async () => {
    const house = await House.at({ hill: { issuer: university.issuer.replace("127.0.0.1", "localhost") } });
    expect(await refused(await house.start("hill"))).toEqual([503, "institution_unavailable"]);
  });
});

describe("accounts and institutions", () => {
  test("the same subject at another institution is another user", async () => {
    const house = await House.at({ hill: {}, college: { issuer: college.issuer, domains: ["college.example"] } });
    college.members = { mary: { ...mary, email: "mary@college.example" } };
    const [one, two] = [await house.who(await house.signIn("hill")), await house.who(await house.signIn("college"))];
    expect(one.id).not.toBe(two.id);
  });

  test("an address alone links nothing; a fresh session does, and then both open the account", async () => {
    const house = await House.at({ hill: {} });
    await house.register(mary.email);
    const person = await house.login(mary.email);
    expect(wentTo(await house.signIn())).toEqual([302, "/flock?sign_in=link_needed"]);
    expect(await house.identities(person.token)).toEqual([]);
    expect(wentTo(await house.linked(person.token, "hill"))).toEqual([302, "/account"]);
    expect((await house.who(await house.signIn())).id).toBe(person.uid);
    expect((await house.login(mary.email)).uid).toBe(person.uid);
    const other = await house.person("farmer");
    expect(wentTo(await house.linked(other.token, "hill"))).toEqual([302, "/account?sign_in=identity_taken"]);
  });

  test("a link that the session no longer stands behind is not made", async () => {
    const house = await House.at({ hill: {} });
    const person = await house.person("farmer");
    const begun = await house.link(person.token, "hill");
    const { url } = z.object({ url: z.string() }).parse(await begun.json());
    await house.call("POST", "/api/v1/auth/logout-all", { token: person.token });
    expect(wentTo(await house.back(await walk(url, home), cookieOf(begun)))).toEqual([
      302,
      "/account?sign_in=session_ended",
    ]);
    house.clock.pass(1);
    const later = await house.login(person.email);
    house.clock.pass(299);
    expect((await house.link(later.token, "hill")).status).toBe(200);
  });

  test("the last way in stays; with a password it may go, and others' identities are not found", async () => {
    const house = await House.at({ hill: {}, college: { issuer: college.issuer } });
    const user = await house.who(await house.signIn());
    const [identity] = await house.identities(user.token);
    const remove = (token: string, id = identity?.id) =>
      house.call("DELETE", `/api/v1/auth/identities/${id}`, { token });
    expect(await refused(await remove(user.token))).toEqual([409, "last_way_in"]);
    expect((await remove((await house.person("farmer")).token)).status).toBe(404);
    const person = await house.person("farmer");
    expect(wentTo(await house.linked(person.token, "college"))).toEqual([302, "/account"]);
    const [own] = await house.identities(person.token);
    expect((await remove(person.token, own?.id)).status).toBe(204);
    expect(await house.identities(person.token)).toEqual([]);
  });

  test("who waits for approval comes in when an administrator has approved them, and not once disabled", async () => {
    const house = await House.at({ hill: { approval: true } });
    const token = house.administrator?.token ?? "";
    const users = z.object({ items: z.array(z.object({ id: z.string() })) });
    const waits = async () =>
      users.parse(await (await house.call("GET", "/api/v1/auth/admin/users?status=waiting", { token })).json()).items;
    const administer = async (deed: string) => {
      const path = `/api/v1/auth/admin/users/${id}/${deed}`;
      expect((await house.call("POST", path, { token, body: { reason: "seen her card" } })).status).toBe(200);
      return wentTo(await house.signIn());
    };
    expect(wentTo(await house.signIn())).toEqual([302, "/flock?sign_in=awaits_approval"]);
    const [{ id } = { id: "" }] = await waits();
    expect(wentTo(await house.signIn())).toEqual([302, "/flock?sign_in=awaits_approval"]);
    expect(await administer("deny")).toEqual([302, "/flock?sign_in=approval_denied"]);
    expect(await administer("approve")).toEqual([302, "/flock"]);
    expect(await administer("disable")).toEqual([302, "/flock?sign_in=account_disabled"]);
    expect(await waits()).toEqual([]);
  });
});

describe("20 at once, in dynoxide", () => {
  test("the first sign-ins of one person make one user; of two identities one stays", async () => {
    const table = await tableIn(dynoxide.port);
    const house = await House.at({ hill: {}, college: { issuer: college.issuer } }, table);
    const begun = [];
    for (let n = 0; n < 20; n++) begun.push(await house.away(await house.start("hill")));
    const answers = await Promise.all(begun.map(({ back, cookie }) => house.back(back, cookie)));
    expect(new Set(answers.map((answer) => String(wentTo(answer))))).toEqual(new Set(["302,/flock"]));
    const user = await house.who(await house.signIn());
    const users = (await table.scan(1_000)).items.filter(({ sk }) => sk === "A");
    expect(users.map(({ email }) => email).sort()).toEqual([mary.email, house.administrator?.email ?? ""].sort());
    await house.linked(user.token, "college");
    const found = await house.identities(user.token);
    expect(found).toHaveLength(2);
    const removed = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        house.call("DELETE", `/api/v1/auth/identities/${found[n % 2]?.id}`, { token: user.token }),
      ),
    );
    expect(removed.filter(({ status }) => status === 204)).toHaveLength(1);
    expect(await house.identities(user.token)).toHaveLength(1);
  }, 30_000);
});

describe("configuring institutions", () => {
  test("is for administrators; the secret is never told and stays sealed for its issuer", async () => {
    const house = await House.at({ hill: {} });
    const { token } = await house.person("researcher");
    const path = "/api/v1/auth/institutions";
    expect((await house.call("GET", path, { token })).status).toBe(403);
    const listed = await (await house.call("GET", path, { token: house.administrator?.token ?? "" })).text();
    expect(institutionList.parse(JSON.parse(listed)).items).toMatchObject([{ id: "hill", client_id: "bellwether" }]);
    expect(listed).not.toContain(atUniversity.secret);
    expect((await house.configure("hill", { client_secret: undefined, name: "Hill" })).status).toBe(200);
    expect(wentTo(await house.signIn())).toEqual([302, "/flock"]);
    const moved = { client_secret: undefined, issuer: college.issuer };
    expect(await refused(await house.configure("hill", moved))).toEqual([422, "invalid"]);
    for (const change of [{ issuer: "http://hill.example" }, { role: "administrator" }, { domains: ["HILL"] }])
      expect((await house.configure("hill", change)).status).toBe(422);
    expect(await (await house.call("GET", "/api/v1/auth/oidc")).json()).toMatchObject({ items: [{ id: "hill" }] });
    const gone = await house.call("DELETE", `${path}/hill`, { token: house.administrator?.token ?? "" });
    expect([gone.status, (await house.start("hill")).status]).toEqual([204, 404]);
  });
});
