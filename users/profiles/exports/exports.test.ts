import { beforeEach, expect, test } from "bun:test";
import { unzipSync } from "fflate";
import { z } from "zod";
import { codeOf, Harness, type Person } from "../../testing/harness.ts";

const path = "/api/v1/profiles/me/export";
const archive = z.object({
  schema_version: z.literal(1),
  documents: z.array(z.object({ folder: z.string(), name: z.string(), content: z.unknown() })),
});
let house: Harness;
let mary: Person;
beforeEach(async () => {
  house = await Harness.ready();
  mary = await house.person("farmer");
  const chat = await house.call("POST", "/api/v1/chats", { token: mary.token, body: { title: "Foot rot" } });
  const { id } = z.object({ id: z.string() }).parse(await chat.json());
  const message = { id: "01JX0000000000000000000ZZ1", role: "user", content: "Which ewes limp?", parent: null };
  await house.call("POST", `/api/v1/chats/${id}/messages`, { token: mary.token, body: message });
});
const begin = (format = "zip") => house.call("POST", path, { token: mary.token, body: { format } });
const content = (who = mary) => house.call("GET", `${path}/content`, { token: who.token });

test("an archive holds what every service has, no secret, nothing of others", async () => {
  const john = await house.person();
  expect((await begin("json")).status).toBe(202);
  expect([(await content()).status, await codeOf(await content())]).toEqual([409, "export_not_ready"]);
  await house.composed.exports.work();
  const answer = await content();
  expect(answer.headers.get("content-disposition")).toStartWith("attachment");
  expect(answer.headers.get("cache-control")).toBe("no-store");
  const text = await answer.text();
  const { documents } = archive.parse(JSON.parse(text));
  expect([...new Set(documents.map(({ folder }) => folder))]).toEqual(
    expect.arrayContaining(["sessions", "chats", "profile", "audit", "account"]),
  );
  for (const held of ["Foot rot", "Which ewes limp?", mary.email, "session.started"]) expect(text).toContain(held);
  for (const secret of ["plain:", mary.token, john.uid, '"cur"', '"pw"']) expect(text).not.toContain(secret);
  expect((await content(john)).status).toBe(404);
  expect(JSON.stringify(house.table.everything().filter(({ sk }) => sk.startsWith("EXPORT")))).not.toContain(
    "Foot rot",
  );
});

test("a ZIP is what unzip reads", async () => {
  await begin("zip");
  await house.composed.exports.work();
  const files = unzipSync(new Uint8Array(await (await content()).arrayBuffer()));
  const names = Object.keys(files);
  expect(names).toEqual(expect.arrayContaining(["manifest.json", "account/account.json", "profile/privacy.json"]));
  const account = JSON.parse(new TextDecoder().decode(files["account/account.json"]));
  expect(account).toMatchObject({ email: mary.email, roles: ["farmer"] });
});

test("one is made at a time, five a day, each for a fresh caller; after three days it is gone", async () => {
  const answers = await Promise.all(Array.from({ length: 3 }, () => begin()));
  expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409]);
  await house.composed.exports.work();
  for (const status of [202, 409, 429]) expect((await begin()).status).toBe(status);
  house.clock.pass(3 * 86_400 + 1);
  mary = await house.login(mary.email);
  expect((await content()).status).toBe(404);
});

test("a part that does not answer fails it, and says so; the next one may succeed", async () => {
  let isAway = true;
  const farm = {
    name: "farm",
    async *export() {
      if (isAway) throw new Error("away");
      yield { name: "memberships", content: { farms: ["Hill Farm"] } };
    },
    erase: async () => undefined,
  };
  house = await Harness.ready({}, { elsewhere: [farm] });
  mary = await house.person();
  await begin("json");
  await house.composed.exports.work();
  const failed = await house.call("GET", path, { token: mary.token });
  expect(await failed.json()).toMatchObject({ state: "failed", detail: expect.stringContaining("again") });
  isAway = false;
  await begin("json");
  await house.composed.exports.work();
  expect(await (await content()).text()).toContain("Hill Farm");
});
