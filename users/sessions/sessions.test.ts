import { beforeEach, describe, expect, test } from "bun:test";
import { sweep } from "../platform/dynamo/sweeper.ts";
import { cookieOf, Harness } from "../testing/harness.ts";
import { sessionList } from "./schemas.ts";
import { chooseSlot } from "./service.ts";

let house: Harness;
beforeEach(async () => {
  house = await Harness.ready();
});
const list = async (token: string) => {
  const answer = await house.call("GET", "/api/v1/sessions", { token });
  return sessionList.parse(await answer.json()).items;
};

describe("the cap", () => {
  test("holds under 40 parallel logins, and exactly the cap can act", async () => {
    const mary = await house.person();
    const people = await Promise.all(
      Array.from({ length: 40 }, (_, n) => {
        const login = { uid: mary.uid, epoch: 0, roles: ["student"], amr: ["pwd"], acr: "aal1", device: `d${n}` };
        return house.composed.sessions.issue(login);
      }),
    );
    const alive = await Promise.all(people.map(({ session }) => house.composed.sessions.isLive(session.sid, mary.uid)));
    expect(alive.filter(Boolean)).toHaveLength(5);
    expect(await house.composed.sessions.list(mary.uid)).toHaveLength(5);
  });

  test("holds between processes that do not know each other", async () => {
    const other = new Harness({}, { table: house.table, keysTable: house.keysTable, clock: house.clock.now });
    const mary = await house.person();
    const login = { uid: mary.uid, epoch: 0, roles: ["student"], amr: ["pwd"], acr: "aal1", device: "d" };
    const both = [house.composed.sessions, other.composed.sessions];
    await Promise.all(Array.from({ length: 20 }, (_, n) => both[n % 2]?.issue(login)));
    const alive = house.table.everything().filter(({ sk, revoked }) => sk === "S" && revoked === undefined);
    expect(alive).toHaveLength(5);
  });

  test("evicts the oldest and tells it; an administrator has two", async () => {
    const boss = await house.person("administrator");
    house.clock.pass(1);
    const second = await house.login(boss.email);
    house.clock.pass(1);
    const third = await house.login(boss.email);
    const states = await Promise.all(
      [boss, second, third].map(({ token }) => house.call("GET", "/api/v1/auth/me", { token })),
    );
    expect(states.map(({ status }) => status)).toEqual([401, 200, 200]);
    expect((await house.refresh(boss.cookie)).status).toBe(401);
    expect(await house.composed.sessions.since(0)).toHaveLength(1);
  });

  test("lets in again whose sessions ended long ago, also before anybody has swept them away", async () => {
    const mary = await house.person();
    for (let n = 0; n < 4; n++) await house.login(mary.email);
    house.clock.pass(100 * 86_400);
    expect((await house.call("GET", "/api/v1/auth/me", { token: (await house.login(mary.email)).token })).status).toBe(
      200,
    );
  });

  test("chooses a free slot, then an expired one, then the oldest", () => {
    const slot = (index: number, at: number, exp = 100) => ({ index, sid: `s${index}`, at, exp });
    expect(chooseSlot([slot(0, 5)], 3, 50)).toMatchObject({ index: 1, evict: false });
    expect(chooseSlot([slot(0, 5), slot(1, 4, 50)], 2, 50)).toMatchObject({ index: 1, evict: false });
    expect(chooseSlot([slot(0, 5), slot(1, 4), slot(2, 1)], 2, 50)).toMatchObject({ index: 1, evict: true });
  });
});

describe("list and end", () => {
  test("shows own sessions without any secret", async () => {
    const mary = await house.person();
    await house.login(mary.email);
    await house.person();
    const answer = await house.call("GET", "/api/v1/sessions", { token: mary.token });
    const text = await answer.text();
    expect(JSON.parse(text).items).toHaveLength(2);
    expect(text).not.toContain(mary.cookie.split(".")[1] ?? "-");
    expect(text).not.toMatch(/"(cur|prev)"/);
  });

  test("ends one: its refresh and its token are dead, a foreign one is 404", async () => {
    const [mary, john] = [await house.person(), await house.person()];
    const phone = await house.login(mary.email);
    const [target] = (await list(phone.token)).filter(({ is_current }) => !is_current);
    const path = `/api/v1/sessions/${target?.id}`;
    expect((await house.call("DELETE", path, { token: john.token })).status).toBe(404);
    expect((await house.call("DELETE", path, { token: phone.token })).status).toBe(204);
    expect((await house.call("DELETE", path, { token: phone.token })).status).toBe(404);
    expect((await house.refresh(mary.cookie)).status).toBe(401);
    expect((await house.call("GET", "/api/v1/sessions", { token: mary.token })).status).toBe(401);
    expect(await list(phone.token)).toHaveLength(1);
  });

  test("ends all others and stays itself", async () => {
    const mary = await house.person();
    for (let n = 0; n < 3; n++) await house.login(mary.email);
    const answer = await house.call("DELETE", "/api/v1/sessions", { token: mary.token });
    expect(await answer.json()).toEqual({ ended: 3 });
    expect(await list(mary.token)).toHaveLength(1);
  });

  test("a refresh in flight does not outlive a revoke, whichever comes first", async () => {
    for (let n = 0; n < 20; n++) {
      const mary = await house.person();
      const [current] = await list(mary.token);
      const [refreshed] = await Promise.all([
        house.refresh(mary.cookie),
        house.composed.sessions.end(mary.uid, current?.id ?? "", "revoked"),
      ]);
      const cookie = refreshed.status === 200 ? cookieOf(refreshed) : mary.cookie;
      expect((await house.refresh(cookie)).status).toBe(401);
    }
  });

  test("an ended session frees its slot", async () => {
    const mary = await house.person();
    await house.composed.sessions.endAll(mary.uid, "revoked");
    expect(house.table.everything().filter(({ sk }) => sk.startsWith("SLOT#"))).toHaveLength(0);
  });
});

test("session metrics are for administrators", async () => {
  const [boss, mary] = [await house.person("administrator"), await house.person()];
  expect((await house.call("GET", "/api/v1/sessions/statistics", { token: mary.token })).status).toBe(403);
  const answer = await house.call("GET", "/api/v1/sessions/statistics", { token: boss.token });
  expect(await answer.json()).toMatchObject({ events: { started: 2 } });
});

test("a login that began before a change of roles starts no session with the old ones", async () => {
  const mary = await house.person();
  const login = { uid: mary.uid, epoch: 0, roles: ["student"], amr: ["pwd"], acr: "aal1", device: "d" };
  await house.setRoles(mary.email, ["farmer"]);
  const refused = await house.composed.sessions.issue(login).catch((error: unknown) => String(error));
  expect(refused).toContain("account_changed");
  expect(await house.composed.sessions.list(mary.uid)).toEqual([]);
});

test("calls per operation are exact", async () => {
  const mary = await house.person();
  const during = async (work: () => Promise<unknown>) => {
    house.table.calls.clear();
    await work();
    return Object.fromEntries(house.table.calls);
  };
  expect(await during(() => house.refresh(mary.cookie))).toEqual({ update: 1, get: 1 });
  expect(await during(() => house.call("GET", "/api/v1/auth/me", { token: mary.token }))).toEqual({ get: 2 });
  const login = await during(() => house.login(mary.email));
  expect(login).toEqual({ update: 2, get: 3, delete: 1, query: 1, transact: 1 });
});

test("the sweeper deletes what has ended and spares what was extended", async () => {
  await house.person();
  house.clock.pass(70 * 86_400);
  const mary = await house.person();
  expect(await sweep(house.table, house.clock.now)).toBeGreaterThan(2);
  const left = house.table.everything().filter(({ ttl }) => typeof ttl === "number" && ttl <= house.clock.ms / 1000);
  expect(left).toEqual([]);
  expect((await house.call("GET", "/api/v1/auth/me", { token: mary.token })).status).toBe(200);
});
