import { beforeEach, expect, test } from "bun:test";
import { TestClock } from "../../testing/settings.ts";
import { MemoryTable } from "../dynamo/memory.ts";
import { uuid } from "../ids.ts";
import { CheckedTokens } from "./checked-tokens.ts";
import { SigningKeys } from "./signing-keys.ts";
import { leewaySeconds, signAccessToken, TokenRefused } from "./tokens.ts";

const rules = { issuer: "https://bellwether.local", audience: "bellwether", lifeSeconds: 300 };
const clock = new TestClock();
const kek = new Uint8Array(32).fill(9);
const keys = new SigningKeys(new MemoryTable(), kek, clock.now, rules.lifeSeconds);
const subject = { uid: uuid(clock.ms), sid: "s1", roles: ["farmer"], amr: ["pwd"], acr: "aal1", authTime: 1 };
let checked: CheckedTokens;
beforeEach(async () => {
  await keys.ensure();
  checked = new CheckedTokens(rules, clock.now);
});
const token = async () => signAccessToken(await keys.current(), subject, rules, clock.now);
const of = async (text: string) => checked.caller(text, await keys.keysFor(text));
const refused = (text: string) => expect(of(text)).rejects.toBeInstanceOf(TokenRefused);

test("a token that was seen gives the same caller until it ends, and no longer", async () => {
  const text = await token();
  const first = await of(text);
  expect(await of(text)).toBe(first);
  clock.pass(rules.lifeSeconds + leewaySeconds - 1);
  expect(await of(text)).toBe(first);
  clock.pass(1);
  await refused(text);
  await refused(text);
});

test("a token of the future is refused when the clock was set back", async () => {
  const text = await token();
  await of(text);
  clock.pass(-leewaySeconds - 5);
  await refused(text);
  clock.pass(leewaySeconds + 5);
});

test("a key that is no longer published ends what was remembered", async () => {
  const text = await token();
  await of(text);
  const others = new SigningKeys(new MemoryTable(), kek, clock.now, rules.lifeSeconds);
  await others.ensure();
  await expect(checked.caller(text, await others.keysFor(text))).rejects.toBeInstanceOf(TokenRefused);
  expect(await of(text)).toMatchObject({ uid: subject.uid });
});

test("an altered token is nobody's, although the true one is known", async () => {
  const text = await token();
  await of(text);
  await refused(`${text.slice(0, -4)}AAAA`);
});

test("the oldest is forgotten beyond the bound, and is still good", async () => {
  const first = await token();
  const caller = await of(first);
  const known = Reflect.get(checked, "known");
  const [entry] = [...known.values()];
  for (let n = 0; n < 5_000; n++) known.set(`filler ${n}`, entry);
  await of(await token());
  expect(known.has(first)).toBe(false);
  expect(await of(first)).toEqual(caller);
});
