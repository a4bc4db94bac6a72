import { beforeEach, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { subscribers } from "../../composition/background.ts";
import { uuid } from "../../platform/ids.ts";
import { codeOf, Harness, type Person } from "../../testing/harness.ts";
import { analyticsView } from "../analytics/schemas.ts";
import { defaults } from "../models.ts";
import { howTo, type Known } from "./models.ts";
import { recommendationsFrom } from "./rules.ts";
import { recommendationList } from "./schemas.ts";

const known: Known = {
  roles: [],
  hasSecondFactor: true,
  notifications: defaults.notifications,
  farms: [],
  activity: undefined,
  today: "2027-03-01",
};
const deaf = { app: false, mail: false, push: false };
const farm = { farmId: "f1" };
const farmer = { ...known, roles: ["farmer"] };

describe("what is recommended", () => {
  test.each<[string, Known, string[]]>([
    ["nothing to whom nothing is missing", known, []],
    ["a second factor", { ...known, hasSecondFactor: false }, ["enrol_second_factor"]],
    [
      "notifications, when all are off",
      { ...known, notifications: { evaluations: deaf, conflicts: deaf, sessions: deaf, quiet_hours: null } },
      ["switch_notifications_on"],
    ],
    ["a farmer without a farm imports one", farmer, ["import_flock", "read_how_to"]],
    [
      "one whose history has no import too",
      { ...farmer, farms: [{ ...farm, weighed: "2027-02-01", published: "2027-02-01" }], activity: [] },
      ["import_flock", "read_how_to"],
    ],
    ["weights, where there are none", { ...farmer, farms: [farm] }, ["record_weights", "read_how_to"]],
    [
      "weights, where they are old",
      { ...farmer, farms: [{ ...farm, weighed: "2026-07-01", published: "2026-08-01" }] },
      ["record_weights", "read_how_to"],
    ],
    [
      "an evaluation of what was weighed since",
      { ...farmer, farms: [{ ...farm, weighed: "2027-02-20", published: "2027-01-01" }] },
      ["evaluate_again", "read_how_to"],
    ],
    [
      "an evaluation that is new",
      { ...farmer, farms: [{ ...farm, weighed: "2027-02-01", published: "2027-02-20" }] },
      ["look_at_evaluation", "read_how_to"],
    ],
    [
      "each role has its page",
      { ...known, roles: ["researcher", "student", "administrator"] },
      Array(3).fill("read_how_to"),
    ],
  ])("%s", (_what, facts, kinds) => {
    const found = recommendationsFrom(facts);
    expect(found.map(({ kind }) => kind)).toEqual(kinds as never);
    for (const { href, reason, title } of found) {
      expect([reason.length > 0, title.length > 0]).toEqual([true, true]);
      if (href.startsWith("docs/"))
        expect([href, existsSync(`${import.meta.dir}/../../../${href}`)]).toEqual([href, true]);
    }
  });
  test("every page of a role is there", () => {
    for (const { href } of Object.values(howTo)) expect(existsSync(`${import.meta.dir}/../../../${href}`)).toBe(true);
  });
});

describe("of a person", () => {
  let house: Harness;
  let mary: Person;
  beforeEach(async () => {
    house = await Harness.ready();
    mary = await house.person("farmer");
  });
  const me = "/api/v1/profiles/me";
  const get = (what: string, who = mary) => house.call("GET", `${me}/${what}`, { token: who.token });
  const allow = (rev: number, body: object) =>
    house.call("PATCH", `${me}/privacy`, { token: mary.token, body, headers: { "if-match": `"${rev}"` } });
  const hear = async (type: string, data: Record<string, unknown>, actor: string | null = null) => {
    const event = {
      id: uuid(house.clock.ms),
      type,
      time: new Date(house.clock.ms).toISOString(),
      actor,
      farmid: "farm_id" in data ? String(data.farm_id) : null,
      data: { ...data },
    };
    await subscribers(house.composed)
      .find(({ subjects }) => subjects.includes(type))
      ?.handle(event);
    house.clock.pass(1);
  };
  const kinds = async () =>
    recommendationList.parse(await (await get("recommendations")).json()).items.map(({ kind }) => kind);

  test("nothing is computed while the privacy settings do not allow it", async () => {
    for (const what of ["recommendations", "analytics"]) {
      const answer = await get(what);
      expect([answer.status, await codeOf(answer)]).toEqual([409, "switched_off"]);
    }
  });

  test("recommendations follow what is heard of the own farms, and of no other", async () => {
    await allow(0, { use_for_recommendations: true });
    expect(await kinds()).toEqual(["enrol_second_factor", "import_flock", "read_how_to"]);
    await hear("farm.membership.granted.v1", { farm_id: "f1", user_id: mary.uid, role: "owner" });
    await hear("genetics.evaluation.published.v1", { farm_id: "f2", flock_id: "k2", run_id: "r2", replaces: null });
    expect(await kinds()).toEqual(["enrol_second_factor", "record_weights", "read_how_to"]);
    const weights = { farm_id: "f1", flock_id: "k1", trait: "WWT", weights: [] };
    for (let n = 0; n < 3; n++) await hear("farm.weight.recorded.v1", weights);
    expect(await kinds()).toEqual(["enrol_second_factor", "evaluate_again", "read_how_to"]);
    await hear("genetics.evaluation.published.v1", { farm_id: "f1", flock_id: "k1", run_id: "r1", replaces: null });
    expect(await kinds()).toEqual(["enrol_second_factor", "look_at_evaluation", "read_how_to"]);
  });

  test("figures are the own ones, with what is done by kind and day once that is kept", async () => {
    await allow(0, { use_for_analytics: true });
    const chat = { body: { title: "Foot rot" }, headers: { "idempotency-key": "a-chat" } };
    await house.call("POST", "/api/v1/chats", { token: mary.token, ...chat });
    const read = async () => analyticsView.parse(await (await get("analytics")).json());
    expect(await read()).toEqual({ counts: { sessions: 1, chats: 1, farms: 0 }, activity: null });
    await allow(1, { keep_activity: true });
    await hear("farm.membership.granted.v1", { farm_id: "f1", user_id: mary.uid, role: "owner" });
    const today = new Date(house.clock.ms).toISOString().slice(0, 10);
    expect(await read()).toEqual({
      counts: { sessions: 1, chats: 1, farms: 1 },
      activity: { by_kind: { membership_granted: 1 }, by_day: { [today]: 1 } },
    });
  });

  test("a strange sign-in and an eviction are told to the owner, once; what one did oneself is not", async () => {
    const told = [
      ["users.session.flagged.v1", { session_id: "s1", flags: ["new_device"], device: "Firefox", country: "NZ" }],
      [
        "users.session.flagged.v1",
        { session_id: "s2", flags: ["new_device", "impossible_travel"], device: "", country: null },
      ],
      ["users.session.ended.v1", { session_id: "s1", reason: "evicted" }],
      ["users.session.ended.v1", { session_id: "s2", reason: "reuse" }],
      ["users.session.ended.v1", { session_id: "s3", reason: "logout" }],
    ] as const;
    for (const [type, data] of told) await hear(type, { user_id: mary.uid, ...data });
    const again = {
      id: "e1",
      type: told[2][0],
      time: new Date(house.clock.ms).toISOString(),
      data: { user_id: mary.uid, ...told[2][1] },
    };
    for (let n = 0; n < 20; n++) await house.composed.notifications.onSession(again);
    const list = await house.call("GET", "/api/v1/profiles/notifications", { token: mary.token });
    expect(await list.json()).toMatchObject({
      unread: 5,
      items: [
        { title: "Your oldest session has ended" },
        { title: "A session was ended for your safety" },
        { title: "Your oldest session has ended" },
        { title: "Sign-in from far away" },
        {
          title: "Sign-in from a new device",
          body: "Firefox, NZ. If it was not you, end that session and change your password.",
        },
      ],
    });
    const ways = house.table.everything().filter(({ pk }) => pk === "DELIVERIES");
    expect([ways.filter(({ channel }) => channel === "mail").length, ways.length]).toEqual([5, 10]);
    const body = { sessions: { app: false, mail: false, push: false } };
    await house.call("PATCH", `${me}/notification-settings`, {
      token: mary.token,
      body,
      headers: { "if-match": '"0"' },
    });
    await hear("users.session.ended.v1", { user_id: mary.uid, session_id: "s9", reason: "evicted" });
    expect(house.table.everything().filter(({ pk }) => pk === "DELIVERIES")).toHaveLength(10);
  });
});
