import { beforeEach, expect, test } from "bun:test";
import { z } from "zod";
import { Relay } from "../../platform/events/relay.ts";
import { quiet } from "../../platform/telemetry/logging.ts";
import { Metrics } from "../../platform/telemetry/metrics.ts";
import { Harness, type Person, password } from "../../testing/harness.ts";

// A word that is nowhere else is put into every field that a person can fill. All of them are in the archive, and after
// the erasure none is anywhere.
const mark = (field: string) => `mk7q${field}mk7q`;
const fields = ["name", "email", "shownname", "organisation", "position", "about", "token", "chat", "folder"];
const ofChats = ["message", "fact"];
const made = z.object({ id: z.string() });

let house: Harness;
let mary: Person;
let forgotten: string[];
beforeEach(async () => {
  forgotten = [];
  const farm = {
    name: "farm",
    export: async function* () {},
    erase: async () => undefined,
    forgetAddress: async (address: string) => void forgotten.push(address),
  };
  house = await Harness.ready({}, { elsewhere: [farm] });
  mary = await planted(`${mark("email")}@hill.example`);
});

async function planted(email: string): Promise<Person> {
  const body = { email, password, name: mark("name") };
  await house.call("POST", "/api/v1/auth/register", { body });
  await house.setRoles(email, ["farmer"]);
  const headers = { "user-agent": `${mark("device")}/1.0` };
  const login = await house.call("POST", "/api/v1/auth/login", { body: { email, password }, headers });
  const { access_token: token, user } = z.object({ access_token: z.string(), user: made }).parse(await login.json());
  const ask = async (method: string, path: string, sent: object) => {
    const answer = await house.call(method, path, { token, body: sent, headers: { "if-match": "*", ...headers } });
    expect([path, answer.status]).toEqual([path, answer.status < 300 ? answer.status : 200]);
    return answer.status === 204 ? {} : answer.json();
  };
  const profile = { organisation: mark("organisation"), position: mark("position"), about: mark("about") };
  await ask("PATCH", "/api/v1/profiles/me", { display_name: mark("shownname"), ...profile });
  await ask("POST", "/api/v1/auth/tokens", { name: mark("token"), scopes: ["flock:read"], expires_in_days: 9 });
  await ask("POST", "/api/v1/chats/folders", { name: mark("folder") });
  const { id } = made.parse(await ask("POST", "/api/v1/chats", { title: mark("chat") }));
  await ask("PATCH", `/api/v1/chats/${id}`, { facts: [mark("fact")] });
  const message = "01JX0000000000000000000ZZ1";
  const said = { id: message, role: "user", content: mark("message"), parent: null };
  await ask("POST", `/api/v1/chats/${id}/messages`, said);
  return { email, uid: user.id, token, cookie: "" };
}

/** Every item of both tables, as text. */
const everything = () => [house.table, house.keysTable].map((table) => JSON.stringify(table.everything())).join("\n");

test("every marked field of a person is in their archive", async () => {
  const path = "/api/v1/profiles/me/export";
  await house.call("POST", path, { token: mary.token, body: { format: "json" } });
  await house.composed.exports.work();
  const text = await (await house.call("GET", `${path}/content`, { token: mary.token })).text();
  const missing = [...fields, ...ofChats].filter((field) => !text.includes(mark(field)));
  expect(missing).toEqual([]);
});

test("words of chats never lie open in the store", () => {
  for (const field of ["chat", "folder", ...ofChats])
    expect([field, everything().includes(mark(field))]).toEqual([field, false]);
});

test("after an erasure no marked field is in any item, nor who it was, and who keeps the address elsewhere was told", async () => {
  await house.table.update({ pk: `USER#${mary.uid}`, sk: "A" }, { set: { verified: true } });
  expect(everything()).toContain(mark("about"));
  expect((await house.call("DELETE", "/api/v1/profiles/me", { token: mary.token })).status).toBe(202);
  for (let pass = 0; pass < 2; pass++) {
    await house.composed.erasures.work();
    house.clock.pass(200);
  }
  const parts = { log: quiet, metrics: new Metrics(), clock: house.clock.now };
  const told: string[] = [];
  const publish = async (...event: unknown[]) => void told.push(JSON.stringify(event));
  for (const service of ["auth", "sessions", "profiles"] as const)
    await new Relay(house.table, service, publish, parts).drain();
  expect(forgotten).toEqual([mary.email]);
  const left = house.table.everything().filter((item) => /mk7q/.test(JSON.stringify(item)));
  expect(left.map(({ pk, sk }) => `${pk} ${sk}`)).toEqual([]);
  expect(told.filter((event) => event.includes("mk7q"))).toEqual([]);
  expect(everything()).not.toContain("mk7q");
});

test("an address that was never proved makes nobody forget it", async () => {
  await house.table.update({ pk: `USER#${mary.uid}`, sk: "A" }, { remove: ["verified"] });
  await house.call("DELETE", "/api/v1/profiles/me", { token: mary.token });
  await house.composed.erasures.work();
  expect(forgotten).toEqual([]);
});
