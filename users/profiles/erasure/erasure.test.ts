import { describe, expect, test } from "bun:test";
import { z } from "zod";
import { compose } from "../../composition/compose.ts";
import { MemoryTable } from "../../platform/dynamo/memory.ts";
import { sweep } from "../../platform/dynamo/sweeper.ts";
import { Relay } from "../../platform/events/relay.ts";
import { uuid } from "../../platform/ids.ts";
import { quiet } from "../../platform/telemetry/logging.ts";
import { Metrics } from "../../platform/telemetry/metrics.ts";
import { codeOf, Harness, type Person, password } from "../../testing/harness.ts";
import { Death, MortalTable } from "../../testing/stores/broken-off.ts";

const me = "/api/v1/profiles/me";
const begun = z.object({ receipt: z.string() });

/** Something of everything that the services keep on a person. */
async function lived(house: Harness, who: Person): Promise<void> {
  const chat = await house.call("POST", "/api/v1/chats", {
    token: who.token,
    body: { title: "Foot rot" },
    headers: { "idempotency-key": "a-chat" },
  });
  const { id } = z.object({ id: z.string() }).parse(await chat.json());
  for (const n of [1, 2])
    await house.call("POST", `/api/v1/chats/${id}/messages`, {
      token: who.token,
      body: { id: `01JX0000000000000000000ZZ${n}`, role: "user", content: "Which ewes limp?", parent: null },
    });
  const gone = await house.call("POST", "/api/v1/chats", {
    token: who.token,
    body: { title: "Fly strike" },
    headers: { "idempotency-key": "a-chat-that-goes" },
  });
  const path = `/api/v1/chats/${z.object({ id: z.string() }).parse(await gone.json()).id}`;
  const removed = await house.call("DELETE", path, { token: who.token, headers: { "if-match": "*" } });
  expect(removed.status).toBe(204);
  await house.call("PATCH", me, { token: who.token, body: { about: "Romneys" }, headers: { "if-match": '"0"' } });
  await house.login(who.email);
  const time = new Date(house.clock.ms).toISOString();
  const { notifications } = house.composed;
  const granted = { farm_id: "f1", user_id: who.uid, role: "owner" };
  await notifications.onMembership({ id: uuid(1), type: "farm.membership.granted.v1", time, data: granted });
  const failed = { farm_id: "f1", flock_id: "k1", run_id: "r1", code: "pedigree_loop", detail: "A loop." };
  await notifications.onNews({ id: uuid(2), type: "genetics.evaluation.failed.v1", time, data: failed });
}

const erase = (house: Harness, who: Person) => house.call("DELETE", me, { token: who.token });

/** Both passes, with the time between them; what waits in the outbox goes to its readers, what has ended is swept. */
async function finish({ table, clock, composed }: Pick<Harness, "table" | "clock" | "composed">): Promise<void> {
  for (let pass = 0; pass < 2; pass++) {
    await composed.erasures.work();
    clock.pass(200);
  }
  const parts = { log: quiet, metrics: new Metrics(), clock: clock.now };
  for (const service of ["auth", "sessions", "profiles"] as const)
    await new Relay(table, service, async () => undefined, parts).drain();
  await sweep(table, clock.now);
}

async function copyOf(table: MemoryTable): Promise<MemoryTable> {
  const copy = new MemoryTable();
  for (const item of table.everything()) await copy.put(item);
  return copy;
}

const left = (table: MemoryTable, who: Person) =>
  table.everything().filter((item) => [who.uid, who.email].some((text) => JSON.stringify(item).includes(text)));

describe("an erasure", () => {
  test("leaves nothing but a line in the ledger; others keep theirs", async () => {
    const house = await Harness.ready();
    const [mary, john] = [await house.person("farmer"), await house.person("farmer")];
    for (const who of [mary, john]) await lived(house, who);
    const keptOf = (who: Person) => left(house.table, who).filter(({ pk }) => !pk.startsWith("OUTBOX#"));
    const before = keptOf(john);
    const answer = await erase(house, mary);
    expect(answer.status).toBe(202);
    const { receipt } = begun.parse(await answer.json());
    expect((await house.call("GET", me, { token: mary.token })).status).toBe(401);
    expect((await house.refresh(mary.cookie)).status).toBe(401);
    await finish(house);
    expect(left(house.table, mary)).toEqual([]);
    expect(left(house.keysTable, mary).map(({ pk }) => pk)).toEqual(["ERASED"]);
    expect(keptOf(john)).toEqual(before);
    const status = await house.call("POST", "/api/v1/profiles/erasure-status", { body: { receipt } });
    expect(await status.json()).toMatchObject({ state: "done", step: null });
    const wrong = await house.call("POST", "/api/v1/profiles/erasure-status", { body: { receipt: "x".repeat(32) } });
    expect(wrong.status).toBe(404);
  });

  test("killed at each write and gone on with by another process, it leaves nothing", async () => {
    const house = await Harness.ready();
    const mary = await house.person("farmer");
    await lived(house, mary);
    expect((await erase(house, mary)).status).toBe(202);
    let isOver = false;
    for (let after = 1; !isOver; after++) {
      const [table, keysTable, death] = [await copyOf(house.table), await copyOf(house.keysTable), new Death(after)];
      const { settings, clock } = house;
      const outside = { settings, clock: clock.now, log: quiet, table, keysTable };
      const mortal = { table: new MortalTable(table, death), keysTable: new MortalTable(keysTable, death) };
      const dying = compose([], { ...outside, ...mortal });
      for (let tries = 0; tries < 2; tries++) {
        await dying.erasures.work().catch(() => undefined);
        clock.pass(200);
      }
      isOver = death.writes < after;
      await finish({ table, clock, composed: compose([], outside) });
      expect([after, ...left(table, mary)]).toEqual([after]);
      expect(left(keysTable, mary).map(({ pk }) => pk)).toEqual(["ERASED"]);
      expect(table.everything().filter(({ pk }) => pk === "ERASURES")).toEqual([]);
    }
  }, 30_000);

  test("tells the other services once it is sure", async () => {
    const house = await Harness.ready();
    const mary = await house.person();
    await erase(house, mary);
    await house.composed.erasures.work();
    const told = house.table.everything().filter(({ type }) => type === "users.user.erased.v1");
    expect(told.map(({ body }) => JSON.parse(String(body)).data)).toEqual([{ user_id: mary.uid }]);
  });

  test("asks for a proof of who it is", async () => {
    const house = await Harness.ready({ AUTH_ACCESS_TOKEN_SECONDS: 3_000 });
    const mary = await house.person();
    house.clock.pass(601);
    const late = await erase(house, mary);
    expect([late.status, await codeOf(late)]).toEqual([401, "step_up_required"]);
    expect((await erase(house, await house.login(mary.email))).status).toBe(202);
  });

  test("does not begin while something stands in the way", async () => {
    const obstacle = { code: "sole_owner", detail: "You alone own Hill Farm.", fix: "Make another member its owner." };
    const farm = {
      name: "farm",
      export: async function* () {},
      obstacles: async () => [obstacle],
      erase: async () => undefined,
    };
    const house = await Harness.ready({}, { elsewhere: [farm] });
    const mary = await house.person("administrator");
    const before = house.table.everything();
    const refused = await erase(house, mary);
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({
      code: "erasure_blocked",
      errors: [{ code: "last_administrator" }, { code: "sole_owner", fix: obstacle.fix }],
    });
    expect(house.table.everything()).toEqual(before);
  });

  test("of twenty at once one begins; of twenty logins beside it none outlives it", async () => {
    const house = await Harness.ready({ SESSIONS_CAP: 50 });
    const mary = await house.person();
    const login = () => house.call("POST", "/api/v1/auth/login", { body: { email: mary.email, password } });
    const [erasures] = await Promise.all([
      Promise.all(Array.from({ length: 20 }, () => erase(house, mary))),
      Promise.all(Array.from({ length: 5 }, login)),
    ]);
    const statuses = erasures.map(({ status }) => status);
    expect(statuses.filter((status) => status === 202)).toHaveLength(1);
    expect(statuses.every((status) => [202, 401, 409].includes(status))).toBe(true);
    await finish(house);
    expect(left(house.table, mary)).toEqual([]);
    expect((await login()).status).toBe(401);
    expect((await house.register(mary.email)).status).toBeLessThan(300);
  });

  test("comes again before traffic when a restore has brought the account back", async () => {
    const house = await Harness.ready();
    const mary = await house.person();
    await lived(house, mary);
    const backup = house.table.everything();
    await erase(house, mary);
    await finish(house);
    for (const item of backup) await house.table.put(item);
    expect(left(house.table, mary).length).toBeGreaterThan(5);
    expect(await house.composed.erasures.replay()).toBe(1);
    expect((await house.call("POST", "/api/v1/auth/login", { body: { email: mary.email, password } })).status).toBe(
      401,
    );
    await finish(house);
    expect(left(house.table, mary)).toEqual([]);
    expect(await house.composed.erasures.replay()).toBe(0);
  });

  test("a data key is never made again for whom the ledger names", async () => {
    const house = await Harness.ready();
    const mary = await house.person();
    await erase(house, mary);
    await house.composed.erasures.work();
    const { DataKeys } = await import("../../platform/secrets/data-keys.ts");
    const keys = new DataKeys(house.keysTable, house.settings.kek, house.clock.now);
    expect(keys.keyOf(mary.uid)).rejects.toThrow("not_authenticated");
  });
});
