import { beforeAll, expect, test } from "bun:test";
import { exportSPKI, generateKeyPair, importJWK, type JWTPayload, SignJWT } from "jose";
import cases from "../../../contracts/cases/tokens.json";
import { TestClock } from "../../testing/settings.ts";
import { MemoryTable } from "../dynamo/memory.ts";
import { SigningKeys } from "./signing-keys.ts";
import { verifyAccessToken } from "./tokens.ts";

// The same cases as server/tests/platform/test_tokens.py.

type Case = {
  what: string;
  accepted: boolean;
  claims?: Record<string, unknown>;
  times?: Record<string, number>;
  header?: Record<string, unknown>;
  without?: string[];
  without_header?: string[];
  padding?: number;
  signed?: string;
  text?: string;
};

const rules = { issuer: "https://bellwether.local", audience: "bellwether", lifeSeconds: 300 };
const clock = new TestClock();
const keys = new SigningKeys(new MemoryTable(), new Uint8Array(32).fill(9), clock.now, rules.lifeSeconds);
beforeAll(() => keys.ensure());

const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
const left = (all: Record<string, unknown>, out: string[] = []) =>
  Object.fromEntries(Object.entries(all).filter(([name]) => !out.includes(name)));

async function tokenOf(one: Case): Promise<string> {
  if (one.text !== undefined) return one.text;
  const { kid, key } = await keys.current();
  const now = Math.floor(clock.ms / 1000);
  const times = Object.fromEntries(Object.entries(one.times ?? {}).map(([name, from]) => [name, now + from]));
  const who = { sub: "018f3c5e-7b1a-7c3d-9e2f-0a1b2c3d4e5f", sid: "s1", jti: "j1", iat: now, exp: now + 300 };
  const what = { iss: rules.issuer, aud: rules.audience, roles: ["farmer"], acr: "aal1", auth_time: now };
  const padding = one.padding ? { padding: "x".repeat(one.padding) } : {};
  const claims = left({ ...who, ...what, ...times, ...one.claims, ...padding }, one.without);
  const header = left({ alg: "ES256", typ: "at+jwt", kid, ...one.header }, one.without_header);
  if (one.signed === "none") return `${encoded({ ...header, alg: "none" })}.${encoded(claims)}.`;
  const signing = new SignJWT(claims as JWTPayload);
  if (one.signed === "hs256") {
    const [published] = (await keys.keysFor("")).keys;
    const secret = Buffer.from(await exportSPKI((await importJWK(published ?? {}, "ES256")) as CryptoKey));
    return signing.setProtectedHeader({ ...header, alg: "HS256" }).sign(secret);
  }
  const by = one.signed === "stranger" ? (await generateKeyPair("ES256")).privateKey : key;
  // jose signs no extension that it does not know, which is what a case is about
  const crit = { crit: Object.fromEntries([["exp", true]]) };
  const token = await signing.setProtectedHeader({ ...header, alg: "ES256" }).sign(by, header.crit ? crit : {});
  if (one.signed === "shortened") return token.slice(0, -4);
  const [head, body, signature = ""] = token.split(".");
  return one.signed === "altered"
    ? `${head}.${body}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`
    : token;
}

test.each((cases as Case[]).map((one): [string, Case] => [one.what, one]))("a token %s", async (_what, one) => {
  const token = await tokenOf(one);
  const outcome = await verifyAccessToken(token, await keys.keysFor(token), rules, clock.now).then(
    () => true,
    () => false,
  );
  expect(outcome).toBe(one.accepted);
});
