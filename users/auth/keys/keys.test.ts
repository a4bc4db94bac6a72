import { afterAll, beforeAll, expect, test } from "bun:test";
import { z } from "zod";
import { auditTrail } from "../../platform/events/audit.ts";
import { codeOf, Harness, type Person } from "../../testing/harness.ts";
import { type Running, startDynoxide } from "../../testing/servers.ts";
import { tableIn } from "../../testing/tables.ts";

let dynoxide: Running;
let house: Harness;
let boss: Person;
beforeAll(async () => {
  dynoxide = await startDynoxide();
  house = await Harness.ready({}, { table: await tableIn(dynoxide.port) });
  boss = await house.person("administrator");
});
afterAll(() => dynoxide.stop());

const rotate = (token: string) => house.call("POST", "/api/v1/auth/keys/rotate", { token });
const now = () => Math.floor(house.clock.ms / 1000);
const proved = (acr = "aal2", authTime = now()) => house.tokenOf(boss, { acr, authTime });
const rotated = async (answer: Response) => z.object({ rotated: z.boolean() }).parse(await answer.json()).rotated;

test("needs two factors, shown just now, and the role", async () => {
  const mary = await house.person("farmer");
  expect((await rotate(await house.tokenOf(mary, { acr: "aal2", authTime: now() }))).status).toBe(403);
  for (const token of [await proved("aal1"), await proved("aal2", now() - 3_600)]) {
    const answer = await rotate(token);
    expect([answer.status, await codeOf(answer)]).toEqual([401, "step_up_required"]);
  }
});

test("a key that has just been published does not sign yet", async () => {
  expect(await rotated(await rotate(await proved()))).toBe(false);
});

test("of twenty at once one changes the key and stands in the audit; tokens of the key before still count", async () => {
  house.clock.pass(301);
  boss = await house.login(boss.email);
  const before = (await house.composed.signing.current()).kid;
  const token = await proved();
  const outcomes = await Promise.all(Array.from({ length: 20 }, async () => rotated(await rotate(token))));
  expect(outcomes.filter(Boolean)).toHaveLength(1);
  expect((await house.composed.signing.current()).kid).not.toBe(before);
  expect((await house.call("GET", "/api/v1/auth/me", { token })).status).toBe(200);
  const trail = await Array.fromAsync(auditTrail(house.composed.platform.table, house.clock.now, boss.uid));
  expect(trail.filter(({ event }) => event === "keys.rotated")).toHaveLength(1);
});
