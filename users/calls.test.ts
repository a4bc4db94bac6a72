import { expect, spyOn, test } from "bun:test";
import { ulid } from "./platform/ids.ts";
import { Harness, password } from "./testing/harness.ts";

/** What each operation that everybody does costs in calls to the store: one more is a decision, not an accident. */

const verbs = ["get", "put", "update", "delete", "query", "transact"] as const;
type Calls = Partial<Record<(typeof verbs)[number], number>>;

const house = await Harness.ready();
const person = await house.person();
const { token } = person;
const body = { email: person.email, password };
const chat = String(
  Object(await (await house.call("POST", "/api/v1/chats", { token, body: { title: "Rams" } })).json()).id,
);
const messages = `/api/v1/chats/${chat}/messages`;
const message = () => ({ id: ulid(house.clock.now()), role: "user", content: "Which ram?" });
await house.call("POST", messages, { token, body: message() });

const operations: [string, () => Promise<Response>, Calls][] = [
  // two limits are counted before the password is looked at, and one is given back to who knew it
  [
    "log in",
    () => house.call("POST", "/api/v1/auth/login", { body }),
    { update: 2, get: 3, delete: 1, query: 1, transact: 1 },
  ],
  ["refresh", () => house.refresh(person.cookie), { update: 1, get: 1 }],
  ["check a session and read a profile", () => house.call("GET", "/api/v1/profiles/me", { token }), { get: 2 }],
  ["append a message", () => house.call("POST", messages, { token, body: message() }), { get: 2, transact: 1 }],
  ["a page of messages", () => house.call("GET", `${messages}?limit=50`, { token }), { get: 2, query: 1 }],
];

test.each(operations)("%s", async (_, operate, expected) => {
  const spies = verbs.map((verb) => [verb, spyOn(house.table, verb)] as const);
  const { ok } = await operate();
  const calls = spies.map(([verb, spy]) => [verb, spy.mock.calls.length] as const);
  for (const [, spy] of spies) spy.mockRestore();
  expect([ok, Object.fromEntries(calls.filter(([, count]) => count > 0))]).toEqual([true, expected]);
});
