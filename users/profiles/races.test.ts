import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { Harness, type Person } from "../testing/harness.ts";
import { type Running, startDynoxide } from "../testing/servers.ts";
import { tableIn } from "../testing/tables.ts";

// On dynoxide, twenty at once: of writes that saw the same state one stands.
let dynoxide: Running;
let house: Harness;
let mary: Person;
beforeAll(async () => {
  dynoxide = await startDynoxide();
});
afterAll(() => dynoxide.stop());
beforeEach(async () => {
  house = await Harness.ready({ SESSIONS_CAP: 50 }, { table: await tableIn(dynoxide.port) });
  mary = await house.person("farmer");
});
const me = "/api/v1/profiles/me";
const all = <T>(ask: (n: number) => Promise<T>) => Promise.all(Array.from({ length: 20 }, (_, n) => ask(n)));
const patch = (path: string, body: object) =>
  house.call("PATCH", path, { token: mary.token, body, headers: { "if-match": '"0"' } });
const statuses = (answers: readonly Response[]) => answers.map(({ status }) => status).sort();
const oneWon = [200, ...Array(19).fill(412)];

test("profile against profile, of all sections: one change stands", async () => {
  const sections = [
    [me, { about: "x" }],
    [`${me}/privacy`, { keep_activity: true }],
  ] as const;
  const answers = await all((n) => {
    const [path, body] = sections[n % 2] ?? sections[0];
    return patch(path, body);
  });
  expect(statuses(answers)).toEqual(oneWon);
});

test("a grant against a withdrawal: one of them stands", async () => {
  const states = ["withdrawn", "as_given"];
  const answers = await all((n) => patch(`${me}/consents`, { genotypes: states[n % 2] }));
  expect(statuses(answers)).toEqual(oneWon);
  const stands = await house.call("GET", `${me}/consents`, { token: mary.token });
  expect(stands.headers.get("etag")).toBe('"1"');
});

test("an erasure against erasures and sign-ins: one begins, and no session outlives it", async () => {
  const signIn = () => house.login(mary.email).catch(() => undefined);
  const [erased, people] = await Promise.all([
    all(() => house.call("DELETE", me, { token: mary.token })),
    all(() => signIn()),
  ]);
  expect(statuses(erased).filter((status) => status === 202)).toHaveLength(1);
  for (const person of people)
    if (person) expect((await house.call("GET", me, { token: person.token })).status).toBe(401);
  expect(await signIn()).toBeUndefined();
});
