import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { z } from "zod";
import { accountData } from "../../composition/personal-data.ts";
import { codeOf, Harness, type Person, password } from "../../testing/harness.ts";
import { Mailbox } from "../../testing/mailbox.ts";
import { startDynoxide } from "../../testing/servers.ts";
import { tableIn } from "../../testing/tables.ts";

const dynoxide = await startDynoxide();
afterAll(dynoxide.stop);
let house: Harness;
let chief: Person;
async function open(outside: Parameters<typeof Harness.ready>[1] = {}) {
  house = await Harness.ready({ BELLWETHER_POLICY_APPROVAL: "uni.example" }, outside);
  chief = await administrator();
}
beforeEach(() => open());

async function administrator(): Promise<Person> {
  const person = await house.person("administrator");
  return { ...person, token: await house.tokenOf(person, { acr: "aal2", roles: ["administrator"] }) };
}
const reason = "as the board decided";
const to = (uid: string, deed: string, by = chief) =>
  house.call("POST", `/api/v1/auth/admin/users/${uid}/${deed}`, { token: by.token, body: { reason } });
const give = (uid: string, roles: string[], by = chief) =>
  house.call("PUT", `/api/v1/auth/admin/users/${uid}/roles`, { token: by.token, body: { roles, reason } });
const page = z.object({
  items: z.array(z.looseObject({ id: z.string().optional(), email: z.string().optional() })),
  next: z.string().nullable(),
});
const read = async (path: string, token = chief.token) =>
  page.parse(await (await house.call("GET", `/api/v1/auth/${path}`, { token })).json());
const login = (email: string) => house.call("POST", "/api/v1/auth/login", { body: { email, password } });
const waiting = async (email: string) => {
  await house.register(email);
  return (await read(`admin/users?email=${email}`)).items[0]?.id ?? "";
};

describe("administrators", () => {
  test("list accounts page by page, by status, and by an exact address; no secret is told", async () => {
    const emails = Array.from({ length: 12 }, (_, n) => `user${n}@x.example`);
    for (const email of emails) await house.register(email);
    const seen: string[] = [];
    let cursor = "";
    do {
      const found = await read(`admin/users?limit=5${cursor}`);
      expect(found.items.length).toBeLessThanOrEqual(5);
      seen.push(...found.items.map(({ email }) => email ?? ""));
      cursor = found.next ? `&cursor=${found.next}` : "";
    } while (cursor);
    expect(seen.sort()).toEqual([...emails, chief.email].sort());
    await waiting("mary@uni.example");
    const found = await read("admin/users?status=waiting");
    expect(found.items).toEqual([
      { id: expect.any(String), email: "mary@uni.example", name: "Test Person", roles: ["student"], status: "waiting" },
    ]);
    expect((await read("admin/users?email=nobody@x.example")).items).toEqual([]);
  });

  test("approve or deny whoever waits, who is told by mail", async () => {
    const mailbox = new Mailbox(house);
    const [mary, bob] = [await waiting("mary@uni.example"), await waiting("bob@uni.example")];
    expect((await to(mary, "approve")).status).toBe(200);
    expect((await to(bob, "deny")).status).toBe(200);
    expect((await login("mary@uni.example")).status).toBe(200);
    expect(await codeOf(await login("bob@uni.example"))).toBe("approval_denied");
    expect((await mailbox.of("bob@uni.example")).at(-1)?.text).toContain(reason);
    expect(await codeOf(await to(mary, "approve"))).toBe("nothing_to_do");
  });

  test("disable an account at once, for tokens, refresh and sign-in; enable it again", async () => {
    const mary = await house.person("farmer");
    const headers = { authorization: `Service ${house.settings.serviceSecret}` };
    const standing = async () =>
      (await house.call("GET", `/api/v1/auth/internal/accounts/${mary.uid}`, { headers })).json();
    expect(await standing()).toEqual({ active: true });
    expect((await to(mary.uid, "disable")).status).toBe(200);
    expect(await standing()).toEqual({ active: false });
    expect((await house.call("GET", "/api/v1/auth/me", { token: mary.token })).status).toBe(401);
    expect((await house.refresh(mary.cookie)).status).toBe(401);
    expect(await codeOf(await login(mary.email))).toBe("account_disabled");
    expect((await to(mary.uid, "enable")).status).toBe(200);
    expect((await login(mary.email)).status).toBe(200);
  });

  test("change roles at once; user and administrator read in the audit that, why, and by whom", async () => {
    const mary = await house.person();
    expect((await give(mary.uid, ["researcher"])).status).toBe(200);
    expect((await house.call("GET", "/api/v1/auth/me", { token: mary.token })).status).toBe(401);
    const entry = { event: "user.roles_changed", reason, actor: chief.uid };
    expect((await read(`admin/audit?user=${mary.uid}`)).items).toContainEqual(expect.objectContaining(entry));
    const again = await house.login(mary.email);
    const own = await read("audit?limit=1000", again.token);
    expect(own.items).toContainEqual(expect.objectContaining({ ...entry, actor: "administrator" }));
    expect(own.items).toContainEqual(expect.objectContaining({ event: "user.registered", actor: "self" }));
  });

  test("read the policies that hold", async () => {
    const answer = await house.call("GET", "/api/v1/auth/admin/policies", { token: chief.token });
    expect(await answer.json()).toMatchObject({
      password: { min_length: 12, max_length: 128 },
      mfa_roles: house.settings.mfaRoles,
      approval: "uni.example",
    });
  });

  test("need two factors, and to be one still", async () => {
    const mary = await house.person();
    const weak = await house.tokenOf(chief, { acr: "aal1", roles: ["administrator"] });
    expect((await give(mary.uid, ["farmer"], { ...chief, token: weak })).status).toBe(401);
    const pretender = await house.tokenOf(mary, { acr: "aal2", roles: ["administrator"] });
    expect((await give(mary.uid, ["administrator"], { ...mary, token: pretender })).status).toBe(401);
    expect((await to("01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4d", "disable")).status).toBe(404);
  });

  test("one who is disabled and then erased is counted once", async () => {
    const other = await administrator();
    expect((await to(other.uid, "disable")).status).toBe(200);
    const account = accountData(house.composed.platform);
    expect(await account.obstacles(other.uid)).toEqual([]);
    await house.table.transact((await account.closing(other.uid)) ?? []);
    expect(await codeOf(await to(chief.uid, "disable"))).toBe("last_administrator");
    expect((await account.obstacles(chief.uid)).map(({ code }) => code)).toEqual(["last_administrator"]);
    expect(house.table.everything()).toContainEqual(expect.objectContaining({ pk: "SYS#ADMINISTRATORS", n: 1 }));
  });

  test("the last one is neither disabled nor demoted; one who is disabled does not count", async () => {
    expect(await codeOf(await to(chief.uid, "disable"))).toBe("last_administrator");
    expect(await codeOf(await give(chief.uid, ["farmer"]))).toBe("last_administrator");
    const second = await administrator();
    expect((await to(second.uid, "disable")).status).toBe(200);
    expect(await codeOf(await give(chief.uid, ["farmer"]))).toBe("last_administrator");
  });
});

describe("races on dynoxide", () => {
  beforeEach(async () => open({ table: await tableIn(dynoxide.port) }));
  const statuses = async (calls: Promise<Response>[]) => (await Promise.all(calls)).map(({ status }) => status);

  test("of 20 who approve and disable one account at once one does, and the account is as that one said", async () => {
    const mary = await waiting("mary@uni.example");
    const calls = Array.from({ length: 20 }, (_, n) => to(mary, n % 2 ? "approve" : "disable"));
    const answers = await statuses(calls);
    const won = answers.flatMap((status, n) => (status === 200 ? [n % 2 ? "approve" : "disable"] : []));
    expect(won.filter((deed) => deed === "approve").length).toBeLessThanOrEqual(1);
    expect(won.filter((deed) => deed === "disable").length).toBeLessThanOrEqual(1);
    expect(answers.every((status) => [200, 409].includes(status))).toBe(true);
    const { items } = await read("admin/users?email=mary@uni.example");
    expect(items[0]?.status).toBe(won.includes("disable") ? "disabled" : "unverified");
  }, 30_000);

  test("of 20 role changes of one user at once each one that is told to have happened is in the audit", async () => {
    const mary = await house.person();
    const roles = ["farmer", "researcher", "student"];
    const answers = await statuses(Array.from({ length: 20 }, (_, n) => give(mary.uid, [roles[n % 3] ?? ""])));
    const audited = (await read(`admin/audit?user=${mary.uid}&limit=1000`)).items;
    const changes = audited.filter(({ event }) => event === "user.roles_changed");
    expect(changes).toHaveLength(answers.filter((status) => status === 200).length);
    expect(answers.every((status) => [200, 409].includes(status))).toBe(true);
  }, 30_000);

  test("of two administrators who demote each other, ten times each, one stays", async () => {
    const second = await administrator();
    const pairs = Array.from({ length: 10 }, () => [
      give(second.uid, ["farmer"], chief),
      give(chief.uid, ["farmer"], second),
    ]).flat();
    const answers = await statuses(pairs);
    expect(answers.filter((status) => status === 200)).toHaveLength(1);
  }, 30_000);
});
