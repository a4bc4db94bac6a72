import { beforeEach, expect, test } from "bun:test";
import { Harness, type Person } from "../../testing/harness.ts";
import { consentPage, consentsView } from "./schemas.ts";

let house: Harness;
let mary: Person;
beforeEach(async () => {
  house = await Harness.ready();
  mary = await house.person("farmer");
});
const path = "/api/v1/profiles/me/consents";
const say = (rev: number, body: object) =>
  house.call("PATCH", path, { token: mary.token, body, headers: { "if-match": `"${rev}"` } });
const told = () =>
  house.table
    .everything()
    .filter(({ type }) => type === "users.consent.changed.v1")
    .map(({ body }) => JSON.parse(String(body)).data);

test("a withdrawal is told with its version, in the transaction of the change", async () => {
  const before = await house.call("GET", path, { token: mary.token });
  expect([before.headers.get("etag"), await before.json()]).toEqual([
    '"0"',
    { measurements: "as_given", genotypes: "as_given", breeding_values: "as_given" },
  ]);
  expect((await say(0, { genotypes: "withdrawn" })).status).toBe(200);
  const back = await say(1, { genotypes: "as_given", measurements: "withdrawn" });
  expect([back.status, back.headers.get("etag")]).toEqual([200, '"2"']);
  expect(told()).toEqual([
    { user_id: mary.uid, version: 1, withdrawn: ["genotypes"] },
    { user_id: mary.uid, version: 2, withdrawn: ["measurements"] },
  ]);
});

test("of ten that withdraw and ten that grant at once one wins, and one event says so", async () => {
  const states = ["withdrawn", "as_given"] as const;
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => say(0, { genotypes: states[n % 2] })));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(412)]);
  const stands = consentsView.parse(await (await house.call("GET", path, { token: mary.token })).json());
  const [event] = told();
  expect([told().length, event.withdrawn.includes("genotypes")]).toEqual([1, stands.genotypes === "withdrawn"]);
});

test("other services read what stands, and who was erased, by the service secret alone", async () => {
  await say(0, { breeding_values: "withdrawn" });
  const headers = { authorization: `Service ${house.settings.serviceSecret}` };
  const all = await house.call("GET", "/api/v1/profiles/internal/consents", { headers });
  const { items } = consentPage.parse(await all.json());
  expect(items).toEqual([{ user_id: mary.uid, version: 1, withdrawn: ["breeding_values"] }]);
  await house.call("DELETE", "/api/v1/profiles/me", { token: mary.token });
  await house.composed.erasures.work();
  expect(await (await house.call("GET", "/api/v1/profiles/internal/consents", { headers })).json()).toEqual({
    items: [],
    next: null,
  });
  const erased = await house.call("GET", "/api/v1/profiles/internal/erased", { headers });
  expect(await erased.json()).toEqual({ items: [{ user_id: mary.uid }], next: null });
  for (const what of ["consents", "erased"])
    expect((await house.call("GET", `/api/v1/profiles/internal/${what}`, { token: mary.token })).status).toBe(401);
});
