import { expect, test } from "bun:test";
import { z } from "zod";
import { Harness, type Person } from "../../testing/harness.ts";
import { MemoryTable } from "../dynamo/memory.ts";
import { type ScannableTable, StoreUnavailable } from "../dynamo/table.ts";
import { ulid } from "../ids.ts";

/** One call to the stores, counted over both tables, that does not come back. */
class Fault {
  calls = 0;
  /** the call that fails; none at first */
  at = Number.POSITIVE_INFINITY;

  constructor(private readonly when: "before it was done" | "after it was done") {}

  over(table: MemoryTable): ScannableTable {
    const around = (value: unknown) =>
      typeof value !== "function" ? value : (...given: unknown[]) => this.through(() => value.apply(table, given));
    return new Proxy(table, { get: (target, name) => around(Reflect.get(target, name)) });
  }

  private async through(call: () => unknown): Promise<unknown> {
    const strikes = this.calls++ === this.at;
    if (strikes && this.when === "before it was done") throw new StoreUnavailable("before");
    const answer = await call();
    if (strikes) throw new StoreUnavailable("after");
    return answer;
  }
}

type Request = (house: Harness, who: Person) => Promise<Response>;
const chat: Request = (house, { token }) =>
  house.call("POST", "/api/v1/chats", { token, body: { title: "Rams" }, headers: { "idempotency-key": "one" } });
const id = ulid(0);
const message: Request = async (house, { token }) => {
  const list = await house.call("GET", "/api/v1/chats", { token });
  if (list.status !== 200) return list;
  const [first] = z.object({ items: z.array(z.object({ id: z.string() })) }).parse(await list.json()).items;
  const body = { id, role: "user", content: "Which ram?" };
  return house.call("POST", `/api/v1/chats/${first?.id}/messages`, { token, body });
};
const registration: Request = (house) => house.register("new@hillfarm.example");

const cases: [string, Request, Request | undefined, (key: { pk: string; sk: string }) => boolean][] = [
  ["a chat", chat, undefined, ({ sk }) => sk === "META"],
  ["a message", message, chat, ({ sk }) => sk.startsWith("M#")],
  ["a registration", registration, undefined, ({ pk }) => pk.startsWith("EMAIL#new")],
];

for (const when of ["before it was done", "after it was done"] as const)
  test.each(cases)(`%s is made once, whichever of its calls fails ${when}`, async (_name, make, first, isMade) => {
    let nCalls = Number.POSITIVE_INFINITY;
    for (let at = 0; at < nCalls; at++) {
      const fault = new Fault(when);
      const [table, keysTable] = [new MemoryTable(), new MemoryTable()];
      const house = await Harness.ready({}, { table: fault.over(table), keysTable: fault.over(keysTable) });
      const who = await house.person("farmer");
      if (first) await first(house, who);
      fault.calls = 0;
      fault.at = at;
      const answer = await make(house, who);
      fault.at = Number.POSITIVE_INFINITY;
      if (fault.calls <= at) {
        nCalls = at;
        expect(answer.status).toBeLessThan(300);
      } else expect([200, 201, 202, 503]).toContain(answer.status);
      const again = [await make(house, who), await make(house, who)];
      for (const { status } of again) expect([200, 201, 202]).toContain(status);
      expect(table.everything().filter(isMade)).toHaveLength(1);
    }
    expect(nCalls).toBeGreaterThan(1);
  });
