import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { z } from "zod";
import type { ScannableTable } from "../../platform/dynamo/table.ts";
import {
  answer,
  challengeFor,
  codeOf,
  enrolTotp,
  passkeyOptions,
  registerPasskey,
  tokenIn,
  wrongCode,
} from "../../testing/factors.ts";
import { Harness, type Person, password } from "../../testing/harness.ts";
import { type Running, startDynoxide } from "../../testing/servers.ts";
import { tableIn } from "../../testing/tables.ts";

// What may happen once happens once, however many ask at the same time.
let dynoxide: Running;
beforeAll(async () => {
  dynoxide = await startDynoxide();
});
afterAll(() => dynoxide.stop());

const many = 20;
const all = <T>(ask: (n: number) => Promise<T>) => Promise.all(Array.from({ length: many }, (_, n) => ask(n)));
const won = (answers: readonly Response[]) => answers.filter(({ status }) => status < 300).length;
const places: [string, () => Promise<ScannableTable | undefined>][] = [
  ["in memory", async () => undefined],
  ["on dynoxide", () => tableIn(dynoxide.port)],
];

describe.each(places)("%s, of twenty at once", (_where, open) => {
  let house: Harness;
  let mary: Person;
  const fresh = async (change = {}) => {
    const table = await open();
    house = await Harness.ready({ SESSIONS_CAP: 50, ...change }, table ? { table } : {});
    mary = await house.person("farmer");
  };
  beforeAll(() => fresh());
  const call = (method: string, path: string, body?: unknown) =>
    house.call(method, `/api/v1/auth${path}`, { token: mary.token, body });

  test("one code, one recovery code and one challenge each let one in", async () => {
    const { secret, codes } = await enrolTotp(house, mary);
    const one = await challengeFor(house, mary);
    const other = await challengeFor(house, mary);
    const tries = await all((n) => answer(house, (n % 2 ? one : other).challenge, { totp: wrongCode(house, secret) }));
    expect(won(tries)).toBe(0);
    // five tries of each were counted, whatever was looked at
    for (const { challenge } of [one, other])
      expect((await answer(house, challenge, { totp: codeOf(house, secret) })).status).toBe(401);
    house.clock.pass(3_600);
    const together = async (given: object) => {
      const waiting: string[] = [];
      for (let n = 0; n < many; n++) waiting.push((await challengeFor(house, mary)).challenge);
      return won(await Promise.all(waiting.map((challenge) => answer(house, challenge, given))));
    };
    expect(await together({ totp: codeOf(house, secret) })).toBe(1);
    house.clock.pass(3_600);
    expect(await together({ recovery: codes[0] })).toBe(1);
  }, 60_000);

  test("one confirmation, one step-up, one use of a passkey's counter, one removal", async () => {
    await fresh({ mfaRoles: [] });
    const { secret } = z.object({ secret: z.string() }).parse(await (await call("POST", "/mfa/totp")).json());
    const confirmed = await all(() => call("POST", "/mfa/totp/confirm", { code: codeOf(house, secret) }));
    expect(won(confirmed)).toBe(1);
    house.clock.pass(3_600);
    const login = await challengeFor(house, mary);
    mary.token = await tokenIn(await answer(house, login.challenge, { totp: codeOf(house, secret) }));
    const { key } = await registerPasskey(house, mary);
    const options = await all(() => passkeyOptions(house));
    const uses = options.map((one) => key.use(one, { counter: 7 }));
    const used = uses.map((passkey) => house.call("POST", "/api/v1/auth/passkeys/login", { body: { passkey } }));
    expect(won(await Promise.all(used))).toBe(1);
    const assertion = key.use(await passkeyOptions(house), { counter: 8 });
    const stepped = await all(() => call("POST", "/step-up", { second_factor: { passkey: assertion } }));
    expect(won(stepped)).toBe(1);
    const [session] = stepped.filter(({ status }) => status === 200);
    mary.token = session ? await tokenIn(session) : "";
    expect(won(await all(() => call("DELETE", "/mfa/totp")))).toBe(1);
  }, 60_000);

  test("of two factors that a role needs one stays, whichever goes first", async () => {
    await fresh({ mfaRoles: ["farmer"] });
    await enrolTotp(house, mary);
    const { id } = await registerPasskey(house, mary);
    const removed = await all((n) => call("DELETE", n % 2 ? "/mfa/totp" : `/passkeys/${id}`));
    expect(won(removed)).toBe(1);
    const again = await house.call("POST", "/api/v1/auth/login", { body: { email: mary.email, password } });
    expect(again.status).toBe(202);
  }, 60_000);
});
