import { afterAll, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import * as keys from "../../platform/dynamo/keys.ts";
import { answer, challengeFor, codeOf, enrolTotp, passkeyOptions, registerPasskey } from "../../testing/factors.ts";
import { Harness, type Person, password } from "../../testing/harness.ts";

// Whatever is shown at sign-in, the session knows its place and device, and a strange one is flagged.
const folder = mkdtempSync(join(tmpdir(), "bellwether-places-"));
const table = join(folder, "places.csv");
writeFileSync(table, "network,country,latitude,longitude\n127.0.0.0/8,NZ,-41,175\n");
afterAll(() => rmSync(folder, { recursive: true }));

let house: Harness;
let mary: Person;
beforeEach(async () => {
  house = await Harness.ready({ SESSIONS_PLACES_FILE: table, SESSIONS_CAP: 20 });
  mary = await house.person("farmer");
});
const post = (path: string, body: object, headers: Record<string, string> = {}, token = mary.token) =>
  house.call("POST", `/api/v1/auth/${path}`, { token, body, headers });
const session = z.looseObject({
  place: z.looseObject({ country: z.string() }),
  flags: z.array(z.string()).default([]),
});

/** The flags of the session that an answer began, which must know its place. */
async function flagsOf(began: Response): Promise<string[]> {
  expect([200, 201]).toContain(began.status);
  const said = z
    .union([
      z.object({ access_token: z.string() }),
      z.object({ session: z.object({ access_token: z.string() }) }).transform(({ session }) => session),
    ])
    .parse(await began.json());
  mary.token = said.access_token;
  const { sid } = z
    .object({ sid: z.string() })
    .parse(JSON.parse(Buffer.from(said.access_token.split(".")[1] ?? "", "base64url").toString()));
  const { place, flags } = session.parse(await house.table.get(keys.session(sid)));
  expect(place.country).toBe("NZ");
  return flags;
}
/** What a device keeps of a sign-in. */
const deviceOf = (began: Response): Record<string, string> => {
  const kept = began.headers.getSetCookie().find((cookie) => cookie.startsWith("__Host-bw_dev="));
  expect(kept).toBeDefined();
  return { cookie: kept?.split(";")[0] ?? "" };
};

const ways: [string, () => Promise<(headers: Record<string, string>) => Promise<Response>>][] = [
  ["a password", async () => (headers) => post("login", { email: mary.email, password }, headers)],
  [
    "a password and a code",
    async () => {
      const { secret } = await enrolTotp(house, mary);
      return async (headers) => {
        const { challenge } = await challengeFor(house, mary);
        house.clock.pass(30);
        return post("mfa", { challenge, totp: codeOf(house, secret) }, headers);
      };
    },
  ],
  [
    "a password and a recovery code",
    async () => {
      const { codes } = await enrolTotp(house, mary);
      return async (headers) =>
        post("mfa", { challenge: (await challengeFor(house, mary)).challenge, recovery: codes.pop() }, headers);
    },
  ],
  [
    "a passkey",
    async () => {
      const { key } = await registerPasskey(house, mary);
      return async (headers) => post("passkeys/login", { passkey: key.use(await passkeyOptions(house)) }, headers);
    },
  ],
  ["a step-up", async () => (headers) => post("step-up", { password }, headers)],
  [
    "new recovery codes",
    async () => {
      await enrolTotp(house, mary);
      return (headers) => post("mfa/recovery-codes", {}, headers);
    },
  ],
];

test.each(ways)("by %s: a new device is flagged and then known", async (_what, prepare) => {
  const begin = await prepare();
  const first = await begin({});
  const device = deviceOf(first);
  expect(await flagsOf(first)).toEqual(["new_device"]);
  const second = await begin(device);
  expect(second.headers.getSetCookie().some((cookie) => cookie.startsWith("__Host-bw_dev="))).toBe(false);
  expect(await flagsOf(second)).toEqual([]);
});

test("a device that is known to one account is new to another", async () => {
  const tom = await house.person();
  const device = deviceOf(await house.call("POST", "/api/v1/auth/login", { body: { email: tom.email, password } }));
  expect(await flagsOf(await post("login", { email: mary.email, password }, device))).toEqual(["new_device"]);
  expect((await answer(house, "no challenge", { totp: "000000" })).status).toBe(401);
});
