import { beforeEach, expect, test } from "bun:test";
import { subscribers } from "../../composition/background.ts";
import { uuid } from "../../platform/ids.ts";
import { codeOf, Harness, type Person } from "../../testing/harness.ts";
import { keptDays, keptEntries } from "./models.ts";
import { activityList } from "./schemas.ts";

let house: Harness;
let mary: Person;
beforeEach(async () => {
  house = await Harness.ready();
  mary = await house.person("farmer");
});
const path = "/api/v1/profiles/me/activity";
const keep = (rev: number, keep_activity: boolean) =>
  house.call("PATCH", "/api/v1/profiles/me/privacy", {
    token: mary.token,
    body: { keep_activity },
    headers: { "if-match": `"${rev}"` },
  });
const event = (type: string, data: object, actor: string | null = mary.uid) => {
  house.clock.pass(1);
  return { id: uuid(house.clock.ms), type, time: new Date(house.clock.ms).toISOString(), actor, data: { ...data } };
};
const imported = (actor?: string | null) => {
  const counts = { rows_in: 8, rows_accepted: 8, rows_rejected: 0 };
  return event("farm.import.completed.v1", { farm_id: "f1", import_id: "i1", file_name: "mine.csv", ...counts }, actor);
};
const list = async (query = "") =>
  activityList.parse(await (await house.call("GET", `${path}${query}`, { token: mary.token })).json());
const stored = () => house.table.everything().filter(({ sk }) => sk.startsWith("ACT#"));
const handle = (told: ReturnType<typeof event>) => {
  const reader = subscribers(house.composed).find(({ subjects }) => subjects.includes(told.type));
  return reader?.handle(told);
};

test("nothing is kept or shown until the privacy settings say so, and nothing of the time before", async () => {
  const before = imported();
  await handle(before);
  const refused = await house.call("GET", path, { token: mary.token });
  expect([refused.status, await codeOf(refused), stored()]).toEqual([409, "switched_off", []]);
  house.clock.pass(10);
  await keep(0, true);
  await handle(before);
  expect(await list()).toEqual({ items: [], next: null });
});

test("what is kept is who did it, once, newest first and in pages, without the words of a file", async () => {
  await keep(0, true);
  const joined = event("farm.membership.granted.v1", { farm_id: "f1", user_id: mary.uid, role: "owner" }, null);
  const done = imported();
  const told = [
    joined,
    done,
    done,
    imported("somebody-else"),
    imported(null),
    event("genetics.evaluation.published.v1", { farm_id: "f1", flock_id: "k1", run_id: "r1", replaces: null }),
    event("users.session.ended.v1", { user_id: mary.uid, session_id: "s1", reason: "logout" }),
    event("users.session.flagged.v1", { user_id: mary.uid, session_id: "s2", flags: ["new_device"] }),
  ];
  for (const one of told) expect(await handle(one)).toBe("handled");
  const first = await list("?limit=2");
  const rest = await list(`?limit=50&cursor=${first.next}`);
  expect([...first.items, ...rest.items].map(({ kind }) => kind)).toEqual([
    "session_flagged",
    "session_ended",
    "evaluation_published",
    "import_completed",
    "membership_granted",
  ]);
  expect(JSON.stringify(stored())).not.toContain("mine.csv");
  const john = await house.person();
  expect((await house.call("GET", path, { token: john.token })).status).toBe(409);
});

test("it is gone when it is switched off, and after its days; of many the newest stay", async () => {
  await keep(0, true);
  for (let n = 0; n < keptEntries; n++) await handle(imported());
  await Promise.all(Array.from({ length: 20 }, () => handle(imported())));
  expect(stored()).toHaveLength(keptEntries);
  await keep(1, false);
  expect(stored()).toEqual([]);
  await keep(2, true);
  expect((await list()).items).toEqual([]);
  await handle(imported());
  house.clock.pass((keptDays + 1) * 86_400);
  mary = await house.login(mary.email);
  expect((await list()).items).toEqual([]);
});
