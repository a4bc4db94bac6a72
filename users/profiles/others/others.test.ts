import { beforeAll, describe, expect, test } from "bun:test";
import { z } from "zod";
import { IdentityRepository, identityId } from "../../auth/identities/repository.ts";
import { MemoryTable } from "../../platform/dynamo/memory.ts";
import { type Item, StoreUnavailable } from "../../platform/dynamo/table.ts";
import { uuid } from "../../platform/ids.ts";
import { codeOf, Harness, type Person } from "../../testing/harness.ts";

const settings = ["nobody", "farm", "institution", "everyone"] as const;
type Setting = (typeof settings)[number];
type Relation = "stranger" | "colleague" | "neighbour";

let house: Harness;
let john: Person;
const place = (uid: string) => `/api/v1/profiles/${uid}`;
const see = (uid: string, who = john, token = who.token) => house.call("GET", place(uid), { token });
const patch = (who: Person, section: string, body: object) =>
  house.call("PATCH", `/api/v1/profiles/me${section}`, { token: who.token, body, headers: { "if-match": "*" } });

async function joins(who: Person, farm: string, type = "granted"): Promise<void> {
  house.clock.pass(1);
  const time = new Date(house.clock.ms).toISOString();
  const data = { farm_id: farm, user_id: who.uid, role: "worker" };
  const event = { id: uuid(house.clock.ms), type: `farm.membership.${type}.v1`, time, data };
  await house.composed.activities.on(event);
  await house.composed.notifications.onMembership(event);
}

async function studiesAt(who: Person, idp: string): Promise<void> {
  const [iss, sub] = [`https://${idp}.example`, who.uid];
  const identity = { id: identityId(iss, sub), idp, iss, sub, uid: who.uid, linked: 1 };
  expect(await new IdentityRepository(house.table, house.clock.now).link(identity)).toBe(true);
}

/** Somebody with a full profile who shows it to these. */
async function somebody(show_profile_to: Setting, relation: Relation = "stranger"): Promise<Person> {
  const who = await house.person("farmer");
  await patch(who, "", { display_name: "Mary Hill", about: "Romneys", country: "NZ", time_zone: "Pacific/Auckland" });
  await patch(who, "/privacy", { show_profile_to });
  if (relation === "neighbour") await joins(who, "hill-farm");
  if (relation === "colleague") await studiesAt(who, "hill-university");
  return who;
}

/** All that a caller learns, but for what is of this one request. */
async function learned(answer: Response, uid: string): Promise<string> {
  const headers = Object.fromEntries([...answer.headers].filter(([name]) => name !== "x-request-id"));
  const text = await answer.text();
  const request = answer.headers.get("x-request-id") ?? "-";
  return JSON.stringify([answer.status, headers, text]).replaceAll(uid, "UID").replaceAll(request, "REQUEST");
}

beforeAll(async () => {
  house = await Harness.ready();
  john = await house.person("student");
  await joins(john, "hill-farm");
  await joins(john, "johns-own-farm");
  await studiesAt(john, "hill-university");
});

const seen: Record<Relation, readonly Setting[]> = {
  stranger: ["everyone"],
  colleague: ["institution", "everyone"],
  neighbour: ["farm", "institution", "everyone"],
};
const cases = settings.flatMap((setting) =>
  (Object.keys(seen) as Relation[]).map((relation): [Setting, Relation] => [setting, relation]),
);

describe.each(cases)("a profile for %s, asked for by a %s", (setting, relation) => {
  test("is shown, or is not there", async () => {
    const mary = await somebody(setting, relation);
    const answer = await see(mary.uid);
    if (!seen[relation].includes(setting)) {
      const nobody = uuid(house.clock.ms);
      return expect(await learned(answer, mary.uid)).toBe(await learned(await see(nobody), nobody));
    }
    const shown = { display_name: "Mary Hill", organisation: null, position: null, about: "Romneys", country: "NZ" };
    expect([answer.status, await answer.json()]).toEqual([200, { id: mary.uid, ...shown, activity: null }]);
  });
});

describe("a profile that others see", () => {
  test.each(["farmer", "researcher", "student", "administrator"])("is no more for a %s", async (role) => {
    const viewer = await house.person(role);
    const [shy, open] = [await somebody("farm"), await somebody("everyone")];
    for (const token of [viewer.token, await house.tokenOf(viewer, { acr: "aal2" })]) {
      expect((await see(shy.uid, viewer, token)).status).toBe(404);
      expect((await see(open.uid, viewer, token)).status).toBe(200);
    }
  });

  test("is the person's own for themselves, whatever they show", async () => {
    const mary = await somebody("nobody");
    expect(await (await see(mary.uid, mary)).json()).toMatchObject({ about: "Romneys" });
  });

  test("goes with the membership, with the setting, with the account", async () => {
    const [left, hidden, disabled, gone] = await Promise.all([
      somebody("farm", "neighbour"),
      somebody("everyone"),
      somebody("everyone"),
      somebody("everyone"),
    ]);
    const all = [left, hidden, disabled, gone];
    for (const { uid } of all) expect((await see(uid)).status).toBe(200);
    await joins(left, "hill-farm", "revoked");
    await patch(hidden, "/privacy", { show_profile_to: "nobody" });
    const chief = await house.person("administrator");
    const token = await house.tokenOf(chief, { acr: "aal2" });
    const path = `/api/v1/auth/admin/users/${disabled.uid}/disable`;
    expect((await house.call("POST", path, { token, body: { reason: "left in March" } })).status).toBe(200);
    expect((await house.call("DELETE", "/api/v1/profiles/me", { token: gone.token })).status).toBe(202);
    const nobody = uuid(house.clock.ms);
    const unknown = await learned(await see(nobody), nobody);
    for (const { uid } of all) expect(await learned(await see(uid), uid)).toBe(unknown);
  });

  test("has the activity of common farms while it is shared and kept, nothing of sessions, nothing of other farms", async () => {
    const mary = await somebody("everyone");
    const activity = async (who = john) =>
      z
        .object({ activity: z.array(z.looseObject({ farm_id: z.string() })).nullable() })
        .parse(await (await see(mary.uid, who)).json()).activity;
    await patch(mary, "/privacy", { keep_activity: true });
    for (const farm of ["hill-farm", "marys-own-farm"]) await joins(mary, farm);
    const data = { user_id: mary.uid, flags: ["new_device"] };
    const time = new Date(house.clock.ms).toISOString();
    await house.composed.activities.on({ id: uuid(1), type: "users.session.flagged.v1", time, data });
    expect(await activity()).toBeNull();
    await patch(mary, "/privacy", { share_activity: true });
    expect((await activity())?.map(({ farm_id }) => farm_id)).toEqual(["hill-farm"]);
    expect(await activity(await house.person("farmer"))).toEqual([]);
    await patch(mary, "/privacy", { keep_activity: false });
    expect(await activity()).toBeNull();
  });

  test("is looked at by an administrator with two factors, who is named in the person's audit", async () => {
    const [mary, chief] = [await somebody("nobody"), await house.person("administrator")];
    const look = (token: string, uid = mary.uid) => house.call("GET", `/api/v1/profiles/admin/users/${uid}`, { token });
    const token = await house.tokenOf(chief, { acr: "aal2" });
    expect(await codeOf(await look(chief.token))).toBe("step_up_required");
    for (const who of [john, mary]) expect(await codeOf(await look(who.token))).toBe("not_allowed");
    const shown = await (await look(token)).json();
    expect(shown).toMatchObject({ id: mary.uid, about: "Romneys" });
    expect(shown).not.toHaveProperty("activity");
    expect((await look(token, uuid(1))).status).toBe(404);
    const audit = await (await house.call("GET", "/api/v1/auth/audit", { token: mary.token })).json();
    expect(audit).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ event: "profile.looked_at" })]),
    });
  });

  test("is shown to nobody while the store does not say who belongs to what", async () => {
    const mary = await somebody("everyone");
    for (const prefix of ["FARM#", "F#"]) {
      const table = new PartlyAway(prefix, house.table.everything());
      const away = new Harness({}, { table, keysTable: house.keysTable, clock: house.clock.now });
      for (const uid of [mary.uid, uuid(2)]) {
        const answer = await away.call("GET", place(uid), { token: john.token });
        expect([prefix, answer.status, await codeOf(answer)]).toEqual([prefix, 503, "store_unavailable"]);
      }
    }
  });
});

test("of whoever shows nothing nothing can be inferred, whatever they are and did", async () => {
  const nobody = uuid(house.clock.ms);
  const unknown = await learned(await see(nobody), nobody);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T;
  const people = new Map<Relation, Person>();
  for (const relation of Object.keys(seen) as Relation[]) people.set(relation, await somebody("nobody", relation));
  for (let n = 0; n < 20; n++) {
    const [relation, mary] = pick([...people]);
    const show_profile_to = pick(settings.filter((one) => !seen[relation].includes(one)));
    const [keep_activity, share_activity] = [pick([true, false]), pick([true, false])];
    await patch(mary, "/privacy", { show_profile_to, keep_activity, share_activity });
    if (pick([true, false])) await joins(mary, "another-farm");
    if (pick([true, false])) await patch(mary, "", { about: "x".repeat(pick([1, 2_000])) });
    const found = await learned(await see(mary.uid), mary.uid);
    expect([n, show_profile_to, relation, found]).toEqual([n, show_profile_to, relation, unknown]);
  }
}, 30_000);

/** A store that answers everything but one kind of question. */
class PartlyAway extends MemoryTable {
  constructor(
    private readonly prefix: string,
    items: readonly Item[],
  ) {
    super();
    for (const item of items) void super.put(item);
  }

  override async query(query: Parameters<MemoryTable["query"]>[0]) {
    if (query.prefix === this.prefix) throw new StoreUnavailable("away");
    return super.query(query);
  }
}
