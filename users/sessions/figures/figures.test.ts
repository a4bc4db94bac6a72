import { beforeEach, expect, test } from "bun:test";
import { codeOf, Harness, type Person } from "../../testing/harness.ts";
import { sessionList } from "../schemas.ts";
import { activityList, dayList } from "./schemas.ts";

let house: Harness;
let boss: Person;
beforeEach(async () => {
  house = await Harness.ready();
  boss = await house.person("administrator");
});
const strong = () => house.tokenOf(boss, { acr: "aal2" });
const sessionsOf = async (uid: string) =>
  sessionList.parse(await (await house.call("GET", `/api/v1/sessions/users/${uid}`, { token: await strong() })).json());

test("days say how many sessions were active, started, refused, ended and flagged", async () => {
  const mary = await house.person();
  const wrong = { email: mary.email, password: "seven grey ewes at dusk" };
  for (let n = 0; n < 3; n++) await house.call("POST", "/api/v1/auth/login", { body: wrong });
  await house.login(mary.email);
  await house.composed.sessions.endAll(mary.uid, "logout");
  await house.person();
  house.clock.pass(86_400);
  const john = await house.person();
  await house.refresh(john.cookie);
  boss = await house.login(boss.email);
  const answer = await house.call("GET", "/api/v1/sessions/metrics?days=3", { token: boss.token });
  const { items } = dayList.parse(await answer.json());
  expect(items.map(({ day }) => day)).toEqual(["2027-03-02", "2027-03-01", "2027-02-28"]);
  expect(items[0]).toMatchObject({ started: 2, active: 2, refused: 0 });
  expect(items[1]).toMatchObject({
    started: 4,
    active: 4,
    started_by_method: { pwd: 4 },
    refused_by_reason: { password: 3 },
    ended_by_reason: { logout: 2 },
    flagged: { new_device: 1 },
  });
  expect(items[2]).toMatchObject({ started: 0, active: 0 });
});

test("a session that goes on over midnight is active on both days, once each", async () => {
  const mary = await house.person();
  let { cookie } = mary;
  for (let n = 0; n < 4; n++) {
    house.clock.pass(8 * 3_600);
    cookie = (await house.refresh(cookie)).headers.getSetCookie()[0]?.split(";")[0] ?? "";
  }
  const days = await house.composed.platform.counts.flush().then(() => house.composed.platform.counts.lastDays(2));
  expect(days.map(({ counts }) => counts.active)).toEqual([1, 2]);
});

test("what could not be added while the store was away is added later, once", async () => {
  const { counts } = house.composed.platform;
  await counts.flush();
  counts.add("x");
  house.table.isAway = true;
  await expect(counts.flush()).rejects.toThrow();
  house.table.isAway = false;
  counts.add("x");
  await counts.flush();
  await counts.flush();
  expect((await counts.lastDays(1))[0]?.counts.x).toBe(2);
});

test("everybody sees when the own sessions started and ended, and nobody else's", async () => {
  const mary = await house.person();
  await house.login(mary.email);
  await house.call("DELETE", "/api/v1/sessions", { token: mary.token });
  const answer = await house.call("GET", "/api/v1/sessions/activity", { token: mary.token });
  const { items } = activityList.parse(await answer.json());
  const said = items.map(({ event, flags, reason }) => [event, flags.join(), reason]);
  expect(said).toHaveLength(3);
  expect(said).toContainEqual(["session.ended", "", "revoked"]);
  expect(said).toContainEqual(["session.started", "new_device", null]);
});

test("an administrator sees and ends anybody's sessions, by two factors only", async () => {
  const mary = await house.person();
  const phone = await house.login(mary.email);
  const path = `/api/v1/sessions/users/${mary.uid}`;
  const weak = await house.call("DELETE", path, { token: boss.token });
  expect([weak.status, await codeOf(weak)]).toEqual([401, "step_up_required"]);
  expect((await house.call("GET", path, { token: mary.token })).status).toBe(403);
  const { items } = await sessionsOf(mary.uid);
  expect(items).toHaveLength(2);
  expect(JSON.stringify(items)).not.toContain(phone.cookie.split(".")[1] ?? "-");
  const token = await strong();
  expect((await house.call("DELETE", `${path}/${items[0]?.id}`, { token })).status).toBe(204);
  expect((await house.call("DELETE", `${path}/${items[0]?.id}`, { token })).status).toBe(404);
  expect(await (await house.call("DELETE", path, { token })).json()).toEqual({ ended: 1 });
  expect((await sessionsOf(mary.uid)).items).toEqual([]);
  for (const { token, cookie } of [mary, phone]) {
    expect((await house.call("GET", "/api/v1/sessions", { token })).status).toBe(401);
    expect((await house.refresh(cookie)).status).toBe(401);
  }
  expect((await house.call("GET", "/api/v1/sessions", { token: boss.token })).status).toBe(200);
});
