import { beforeEach, describe, expect, test } from "bun:test";
import { generateKeyPair, SignJWT } from "jose";
import { TestClock } from "../../testing/settings.ts";
import { MemoryTable } from "../dynamo/memory.ts";
import { RemoteKeys } from "./published-keys.ts";
import { SigningKeys } from "./signing-keys.ts";
import { signAccessToken, verifyAccessToken } from "./tokens.ts";

const rules = { issuer: "https://bellwether.local", audience: "bellwether", lifeSeconds: 300 };
const subject = {
  uid: "018f3c5e-7b1a-7c3d-9e2f-0a1b2c3d4e5f",
  sid: "s1",
  roles: ["farmer"],
  amr: ["pwd"],
  acr: "aal1",
  authTime: 1,
};
const kek = new Uint8Array(32).fill(9);
let clock: TestClock;
let table: MemoryTable;
let keys: SigningKeys;

beforeEach(async () => {
  clock = new TestClock();
  table = new MemoryTable();
  keys = new SigningKeys(table, kek, clock.now, rules.lifeSeconds);
  await keys.ensure();
});
const sign = async () => signAccessToken(await keys.current(), subject, rules, clock.now);
const check = async (token: string, by = keys) =>
  verifyAccessToken(token, await by.keysFor(token), rules, clock.now).then(
    ({ uid }) => uid,
    () => "refused",
  );

describe("a token", () => {
  test("is accepted for its life and the leeway, then refused", async () => {
    const token = await sign();
    expect(await check(token)).toBe("018f3c5e-7b1a-7c3d-9e2f-0a1b2c3d4e5f");
    clock.pass(359);
    expect(await check(token)).toBe("018f3c5e-7b1a-7c3d-9e2f-0a1b2c3d4e5f");
    clock.pass(2);
    expect(await check(token)).toBe("refused");
  });

  test("of the future, of another issuer or audience, altered, unsigned or of another kind is refused", async () => {
    const signing = await keys.current();
    const forged = (change: (jwt: SignJWT) => SignJWT, header: object = {}) => {
      const now = Math.floor(clock.ms / 1000);
      const base = new SignJWT({ sid: "s1", roles: [], acr: "aal1", auth_time: 1 })
        .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: signing.kid, ...header })
        .setSubject("018f3c5e-7b1a-7c3d-9e2f-0a1b2c3d4e5f")
        .setJti("j")
        .setIssuedAt(now)
        .setExpirationTime(now + 300)
        .setIssuer(rules.issuer)
        .setAudience(rules.audience);
      return change(base).sign(signing.key);
    };
    expect(await check(await forged((jwt) => jwt))).toBe("018f3c5e-7b1a-7c3d-9e2f-0a1b2c3d4e5f");
    const token = await sign();
    const bad = [
      await forged((jwt) => jwt.setIssuer("https://evil.example")),
      await forged((jwt) => jwt.setAudience("other")),
      await forged((jwt) => jwt.setIssuedAt(Math.floor(clock.ms / 1000) + 120)),
      await forged((jwt) =>
        jwt.setExpirationTime(Math.floor(clock.ms / 1000) + 90_000).setIssuedAt(Math.floor(clock.ms / 1000) - 90_000),
      ),
      await forged((jwt) => jwt, { typ: "JWT" }),
      await forged((jwt) => jwt, { kid: "another" }),
      `${token.slice(0, -6)}AAAAAA`,
      `${btoa('{"alg":"none","typ":"at+jwt"}')}.${token.split(".")[1]}.`,
      "x".repeat(5_000),
      "",
    ];
    for (const one of bad) expect(await check(one)).toBe("refused");
    const stranger = await generateKeyPair("ES256");
    expect(
      await check(await signAccessToken({ kid: signing.kid, key: stranger.privateKey }, subject, rules, clock.now)),
    ).toBe("refused");
  });
});

describe("signing keys", () => {
  test("lie sealed, and ensuring them twice changes nothing", async () => {
    const before = table.everything();
    await keys.ensure();
    expect(table.everything()).toEqual(before);
    const other = new SigningKeys(table, new Uint8Array(32).fill(8), clock.now, rules.lifeSeconds);
    expect(await other.current().catch((error: Error) => error.name)).toBe("SealBroken");
  });

  test("rotate on time, published long enough before; old tokens stay good, and an old key signs none", async () => {
    const token = await sign();
    const { kid: before, key: old } = await keys.current();
    expect(await keys.rotate(true)).toBe(false); // next is not yet known to every verifier
    clock.pass(300);
    expect(await keys.rotate()).toBe(false);
    expect(await keys.rotate(true)).toBe(true);
    expect((await keys.current()).kid).not.toBe(before);
    expect((await keys.keysFor("")).keys).toHaveLength(3);
    expect(await check(token)).toBe("018f3c5e-7b1a-7c3d-9e2f-0a1b2c3d4e5f");
    clock.pass(300 + 60 + 31);
    expect((await keys.keysFor("")).keys).toHaveLength(2);
    const signing = { kid: before, key: old };
    expect(await check(await signAccessToken(signing, subject, rules, clock.now))).toBe("refused");
    clock.pass(90 * 86_400);
    expect(await keys.rotate()).toBe(true);
  });

  test("of ten processes rotating at once one does", async () => {
    clock.pass(300);
    const processes = Array.from({ length: 10 }, () => new SigningKeys(table, kek, clock.now, rules.lifeSeconds));
    const done = await Promise.all(processes.map((one) => one.rotate(true)));
    expect(done.filter(Boolean)).toHaveLength(1);
  });
});

describe("keys over HTTP", () => {
  test("are fetched once, again for an unknown kid at most each 30 s, and outlive an outage", async () => {
    let fetches = 0;
    let isUp = true;
    const remote = new RemoteKeys("http://auth", clock.now, async () => {
      fetches++;
      if (!isUp) throw new Error("down");
      return Response.json(await keys.keysFor(""));
    });
    const verify = async (token: string) =>
      verifyAccessToken(token, await remote.keysFor(token), rules, clock.now).then(
        () => true,
        () => false,
      );
    const token = await sign();
    expect(await Promise.all([verify(token), verify(token), verify(token)])).toEqual([true, true, true]);
    expect(fetches).toBe(1);
    const stranger = await generateKeyPair("ES256");
    for (let n = 0; n < 50; n++)
      await verify(await signAccessToken({ kid: `forged${n}`, key: stranger.privateKey }, subject, rules, clock.now));
    expect(fetches).toBe(1);
    clock.pass(31);
    await verify(await signAccessToken({ kid: "forged", key: stranger.privateKey }, subject, rules, clock.now));
    expect(fetches).toBe(2);
    isUp = false;
    clock.pass(3_600);
    expect(await verify(await sign())).toBe(true);
  });
});
