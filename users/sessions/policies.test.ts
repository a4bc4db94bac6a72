import { describe, expect, test } from "bun:test";
import { z } from "zod";
import { codeOf, cookieOf, Harness } from "../testing/harness.ts";
import { Policies } from "./policies.ts";
import { sessionList } from "./schemas.ts";
import { flagsOf } from "./suspicion.ts";

const day = 86_400;
const settings = (SESSIONS_POLICIES: string) => ({ SESSIONS_CAP: 5, SESSIONS_CAP_ADMINISTRATOR: 2, SESSIONS_POLICIES });

test("who has several roles is held to the strictest of each rule", () => {
  const given = {
    farmer: { idle_seconds: 30 * day, cap: 8 },
    researcher: { absolute_seconds: day, when_full: "deny" },
  };
  const policies = new Policies(settings(JSON.stringify(given)));
  const [idleSeconds, absoluteSeconds] = [14 * day, 60 * day];
  expect(policies.of(["student"])).toEqual({ cap: 5, idleSeconds, absoluteSeconds, whenFull: "evict" });
  expect(policies.of(["administrator"])).toEqual({ cap: 2, idleSeconds, absoluteSeconds, whenFull: "evict" });
  expect(policies.of(["farmer"])).toEqual({ cap: 8, idleSeconds: 30 * day, absoluteSeconds, whenFull: "evict" });
  expect(policies.of(["farmer", "researcher"])).toEqual({
    cap: 5,
    idleSeconds,
    absoluteSeconds: day,
    whenFull: "deny",
  });
});

test.each([
  ["[", "is not JSON"],
  ['{"shepherd": {}}', "shepherd"],
  ['{"farmer": {"cap": 0}}', "farmer.cap"],
  ['{"default": {"idle": 5}}', "idle"],
  ['{"default": {"when_full": "queue"}}', "default.when_full"],
])("%s is refused at start with its place", (text, said) => {
  expect(() => new Policies(settings(text))).toThrow(said);
});

describe("under a moved clock", () => {
  const policies = '{"student": {"idle_seconds": 3600, "absolute_seconds": 7200}}';

  test("a session that nobody uses is over, its access token too", async () => {
    const house = await Harness.ready({ SESSIONS_POLICIES: policies, AUTH_ACCESS_TOKEN_SECONDS: 3000 });
    const [idle, busy] = [await house.person(), await house.person()];
    house.clock.pass(3_500);
    const again = await house.refresh(busy.cookie);
    house.clock.pass(99);
    expect(await house.composed.sessions.list(idle.uid)).toHaveLength(1);
    house.clock.pass(1);
    expect(await house.composed.sessions.list(idle.uid)).toHaveLength(0);
    expect((await house.refresh(idle.cookie)).status).toBe(401);
    expect((await house.refresh(cookieOf(again))).status).toBe(200);
  });

  test("a session that is used all the time is over at its absolute end", async () => {
    const house = await Harness.ready({ SESSIONS_POLICIES: policies });
    const mary = await house.person();
    let cookie = mary.cookie;
    for (let n = 0; n < 3; n++) {
      house.clock.pass(1_799);
      cookie = cookieOf(await house.refresh(cookie));
    }
    house.clock.pass(1_802);
    expect((await house.composed.sessions.list(mary.uid)).length).toBe(1);
    expect((await house.refresh(cookie)).status).toBe(200);
    house.clock.pass(1);
    expect((await house.composed.sessions.list(mary.uid)).length).toBe(0);
  });

  test("a full house denies one more until one of them is over", async () => {
    const denying = '{"default": {"when_full": "deny", "cap": 2, "idle_seconds": 3600}}';
    const house = await Harness.ready({ SESSIONS_POLICIES: denying });
    const mary = await house.person();
    await house.login(mary.email);
    const body = { email: mary.email, password: "seven grey ewes at dawn" };
    const third = await house.call("POST", "/api/v1/auth/login", { body });
    expect([third.status, await codeOf(third)]).toEqual([409, "too_many_sessions"]);
    house.clock.pass(3_601);
    await house.login(mary.email);
    expect(await house.composed.sessions.list(mary.uid)).toHaveLength(1);
  });
});

describe("what is unusual", () => {
  const london = { country: "GB", latitude: 52, longitude: 0 };
  const wellington = { country: "NZ", latitude: -41, longitude: 175 };
  const signIn = (place: object | undefined, at: number) => ({
    place: place as typeof london,
    at,
    isKnownDevice: true,
  });

  test.each([
    ["the first of all", flagsOf({ at: 0, isKnownDevice: false }, undefined), []],
    ["a device that nobody has seen", flagsOf({ at: 9, isKnownDevice: false }, { at: 0 }), ["new_device"]],
    ["where nobody looked at the device", flagsOf({ at: 9 }, { at: 0 }), []],
    [
      "half the world in ten hours",
      flagsOf(signIn(wellington, 36_000), { at: 0, place: london }),
      ["impossible_travel"],
    ],
    ["half the world in a day", flagsOf(signIn(wellington, 86_400), { at: 0, place: london }), []],
    ["countries without degrees", flagsOf(signIn({ country: "NZ" }, 60), { at: 0, place: london }), []],
    ["a place that is not known", flagsOf(signIn(undefined, 60), { at: 0, place: london }), []],
  ])("%s", (_what, flags, expected) => expect(flags).toEqual(expected as typeof flags));

  test("is shown in the list and told as an event; a place comes only from whom the settings name", async () => {
    const house = await Harness.ready({ SESSIONS_PLACE_HEADERS: "cf-country,cf-lat,cf-lon" });
    const mary = await house.person();
    const from = { "cf-country": "NZ", "cf-lat": "-41.3", "cf-lon": "174.8" };
    const body = { email: mary.email, password: "seven grey ewes at dawn" };
    house.clock.pass(60);
    await house.call("POST", "/api/v1/auth/login", { body, headers: { ...from, "cf-country": "AU", "cf-lat": "-33" } });
    house.clock.pass(60);
    const far = { ...from, "cf-country": "GB", "cf-lat": "52", "cf-lon": "0" };
    expect((await house.call("POST", "/api/v1/auth/login", { body, headers: far })).status).toBe(200);
    const answer = await house.call("GET", "/api/v1/sessions", { token: mary.token });
    const { items } = sessionList.parse(await answer.json());
    expect(items.map(({ country, flags }) => [country, flags])).toEqual([
      ["GB", ["new_device", "impossible_travel"]],
      ["AU", ["new_device"]],
      [null, []],
    ]);
    const events = house.table.everything().filter(({ type }) => type === "users.session.flagged.v1");
    expect(events).toHaveLength(2);
    const told = z.object({ data: z.object({ user_id: z.string(), flags: z.array(z.string()) }) });
    expect(told.parse(JSON.parse(String(events[0]?.body))).data.user_id).toBe(mary.uid);
  });
});
