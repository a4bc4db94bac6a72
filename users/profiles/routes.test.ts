import { beforeEach, describe, expect, test } from "bun:test";
import { uuid } from "../platform/ids.ts";
import { codeOf, Harness, type Person } from "../testing/harness.ts";
import { notificationList } from "./notifications/schemas.ts";

let house: Harness;
let mary: Person;
let frames: [string, object][];
beforeEach(async () => {
  frames = [];
  const send = (uid: string, frame: object) => void frames.push([uid, frame]);
  house = await Harness.ready({}, { frames: { send, listen: () => () => undefined } });
  mary = await house.person("farmer");
});
const me = "/api/v1/profiles/me";
const off = { app: false, mail: false, push: false };
const patch = (path: string, rev: number, body: object, who = mary) =>
  house.call("PATCH", path, { token: who.token, body, headers: { "if-match": `"${rev}"` } });

describe("profile, preferences, privacy", () => {
  test("defaults hold until the first change, and privacy shares nothing", async () => {
    const privacy = await house.call("GET", `${me}/privacy`, { token: mary.token });
    expect(privacy.headers.get("etag")).toBe('"0"');
    expect(await privacy.json()).toEqual({
      show_profile_to: "nobody",
      keep_activity: false,
      share_activity: false,
      use_for_recommendations: false,
      use_for_analytics: false,
    });
    expect(house.table.everything().filter(({ sk }) => sk === "P")).toEqual([]);
  });

  test("a change keeps what it does not name", async () => {
    const changed = await patch(me, 0, { display_name: "Mary", country: "NZ" });
    expect([changed.status, changed.headers.get("etag")]).toEqual([200, '"1"']);
    await patch(me, 1, { about: "Romneys" });
    expect(await (await house.call("GET", me, { token: mary.token })).json()).toMatchObject({
      display_name: "Mary",
      country: "NZ",
      about: "Romneys",
    });
    const john = await house.person();
    expect(await (await house.call("GET", me, { token: john.token })).json()).toMatchObject({ display_name: null });
  });

  test("a time zone is one that clocks know", async () => {
    const asked = ["Australia/Sydney", "Australia/Sidney", "UTC", "Earth"].map((time_zone) =>
      patch(me, 0, { time_zone }),
    );
    const [sydney, misspelt, , earth] = await Promise.all(asked);
    expect([misspelt?.status, earth?.status]).toEqual([422, 422]);
    expect(sydney?.status).not.toBe(422);
  });

  test("a first page has 24 cards at most, each on its grid", async () => {
    const card = { kind: "flock_summary", farm_id: null, column: 0, row: 0, width: 6, height: 2 };
    const layout = (n: number, change = {}) => ({ cards: Array.from({ length: n }, () => ({ ...card, ...change })) });
    expect((await patch(`${me}/dashboard`, 0, layout(24))).status).toBe(200);
    for (const body of [layout(25), layout(1, { column: 12 }), layout(1, { kind: "<b>" })])
      expect((await patch(`${me}/dashboard`, 1, body)).status).toBe(422);
  });

  test("a stale or missing If-Match is refused; of ten writers at once one wins", async () => {
    expect((await house.call("PATCH", me, { token: mary.token, body: { about: "x" } })).status).toBe(428);
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => patch(me, 0, { about: `${n}` })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(412)]);
    expect((await patch(me, 0, { about: "late" })).status).toBe(412);
  });

  test.each([
    [{ theme: "pink" }, "invalid"],
    [{ rows_per_page: "50" }, "invalid"],
    [{ colour: "red" }, "unknown_field"],
    [JSON.parse('{"__proto__": {"x": 1}}'), "unknown_field"],
    [{ constructor: 1 }, "unknown_field"],
  ])("refuses %p", async (body, code) => {
    const answer = await patch(`${me}/preferences`, 0, body);
    expect([answer.status, await codeOf(answer)]).toEqual([422, code]);
    expect(house.table.everything().filter(({ sk }) => sk === "P")).toEqual([]);
  });
});

describe("notifications", () => {
  const event = (type: string, data: Record<string, unknown>, id = uuid(house.clock.ms)) => {
    house.clock.pass(1);
    return { id, type, time: new Date(house.clock.ms).toISOString(), data };
  };
  const member = (uid: string, type = "granted") =>
    event(`farm.membership.${type}.v1`, { farm_id: "f1", user_id: uid, role: "worker" });
  const completed = (id?: string) => {
    const data = {
      farm_id: "f1",
      flock_id: "k1",
      run_id: "r1",
      traits: ["WWT"],
      n_animals: 12,
      n_records: 30,
      finished_at: "x",
    };
    return event("genetics.evaluation.completed.v1", data, id);
  };
  const list = async (who: Person, query = "") => {
    const answer = await house.call("GET", `/api/v1/profiles/notifications${query}`, { token: who.token });
    return notificationList.parse(await answer.json());
  };

  test("each member of the farm gets one, once, with a frame; others get none", async () => {
    const { notifications } = house.composed;
    const [john, guest] = [await house.person(), await house.person()];
    await notifications.onMembership(member(mary.uid));
    await notifications.onMembership(member(john.uid));
    const done = completed();
    expect(await notifications.onNews(done)).toBe("handled");
    expect(await notifications.onNews(done)).toBe("known");
    for (const who of [mary, john])
      expect(await list(who)).toMatchObject({ unread: 1, items: [{ id: done.id, read_at: null }] });
    expect((await list(guest)).items).toEqual([]);
    expect(frames.map(([uid]) => uid).sort()).toEqual([mary.uid, john.uid].sort());
    expect(frames[0]?.[1]).toMatchObject({ t: "notification", notification: { kind: "evaluation_completed" } });
  });

  test("a crash between two members loses none and doubles none", async () => {
    const { notifications } = house.composed;
    const john = await house.person();
    for (const who of [mary, john]) await notifications.onMembership(member(who.uid));
    const done = completed();
    await notifications.onNews(done);
    house.table.forget(
      (item) => item.pk.startsWith("INBOX#") || (item.pk === `USER#${john.uid}` && item.sk.startsWith("N#")),
    );
    expect(await notifications.onNews(done)).toBe("handled");
    expect([(await list(mary)).items.length, (await list(john)).items.length]).toEqual([1, 1]);
    expect(frames).toHaveLength(3);
  });

  test("an evaluation of a farm that is not known yet waits; a member who left gets nothing", async () => {
    const { notifications } = house.composed;
    const done = completed();
    expect(await notifications.onNews(done)).toBe("not_yet");
    await notifications.onMembership(member(mary.uid));
    expect(await notifications.onNews(done)).toBe("handled");
    await notifications.onMembership(member(mary.uid, "revoked"));
    expect(await notifications.onNews(completed())).toBe("handled");
    expect((await list(mary)).items).toHaveLength(1);
  });

  test("memberships out of order: the later event stands", async () => {
    const { notifications } = house.composed;
    const [granted, revoked] = [member(mary.uid), member(mary.uid, "revoked")];
    await notifications.onMembership(revoked);
    await notifications.onMembership(granted);
    expect(await notifications.onNews(completed())).toBe("handled");
    expect((await list(mary)).items).toEqual([]);
  });

  test("who has switched them off gets none; a failed evaluation says why", async () => {
    const { notifications } = house.composed;
    const john = await house.person();
    for (const who of [mary, john]) await notifications.onMembership(member(who.uid));
    await patch(`${me}/notification-settings`, 0, { evaluations: off });
    const data = {
      farm_id: "f1",
      flock_id: "k1",
      run_id: "r1",
      code: "pedigree_loop",
      detail: "Animal 7 is its own ancestor.",
    };
    await notifications.onNews(event("genetics.evaluation.failed.v1", data));
    expect((await list(mary)).items).toEqual([]);
    expect((await list(john)).items[0]).toMatchObject({
      kind: "evaluation_failed",
      body: "Animal 7 is its own ancestor.",
    });
  });

  test("a conflict is told to members of the farm who want it, by its ids alone", async () => {
    const { notifications } = house.composed;
    const john = await house.person();
    for (const who of [mary, john]) await notifications.onMembership(member(who.uid));
    const conflict = { id: "c1", kind: "field", collection: "animals", row_id: "a1", field: "rear_type" };
    const number = { id: "i1", kind: "duplicate_identifier", collection: "identifiers", row_id: "i1", field: "value" };
    const found = event("farm.conflict.found.v1", { farm_id: "f1", conflicts: [conflict, number] });
    expect([await notifications.onNews(found), await notifications.onNews(found)]).toEqual(["handled", "known"]);
    await patch(`${me}/notification-settings`, 0, { conflicts: off });
    const settled = { farm_id: "f1", conflict: number, choice: "other" };
    await notifications.onNews(event("farm.conflict.settled.v1", settled));
    expect((await list(mary)).items).toMatchObject([{ kind: "conflict_found", data: { conflict_ids: ["c1", "i1"] } }]);
    expect((await list(john)).items).toMatchObject([
      { kind: "conflict_settled", data: { conflict_id: "i1", choice: "other" } },
      { body: "1 row was changed by people who had not seen it. 1 number is on two animals at once. Nothing is lost." },
    ]);
  });

  test("are paged newest first, marked read once, all marked read", async () => {
    const { notifications } = house.composed;
    await notifications.onMembership(member(mary.uid));
    for (let n = 0; n < 5; n++) await notifications.onNews(completed());
    const first = await list(mary, "?limit=2");
    const rest = await list(mary, `?limit=5&cursor=${first.next}`);
    const times = [...first.items, ...rest.items].map(({ created_at }) => created_at);
    expect(times).toEqual([...times].sort().reverse());
    expect(times).toHaveLength(5);
    const path = `/api/v1/profiles/notifications/${first.items[0]?.id}/read`;
    const marked = [
      await house.call("POST", path, { token: mary.token }),
      await house.call("POST", path, { token: mary.token }),
    ];
    expect(await marked[0]?.json()).toEqual(await marked[1]?.json());
    expect((await list(mary)).unread).toBe(4);
    const john = await house.person();
    expect((await house.call("POST", path, { token: john.token })).status).toBe(404);
    const all = await house.call("POST", "/api/v1/profiles/notifications/read-all", { token: mary.token });
    expect(await all.json()).toEqual({ marked: 4 });
    expect((await list(mary)).unread).toBe(0);
  });
});
