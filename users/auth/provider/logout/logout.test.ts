import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { createLocalJWKSet, jwtVerify } from "jose";
import { z } from "zod";
import { backchannelOf } from "../../../composition/auth.ts";
import { cloudEvent } from "../../../platform/events/cloud-event.ts";
import type { Person } from "../../../testing/harness.ts";
import { Programs } from "../../../testing/programs.ts";
import { startDynoxide } from "../../../testing/servers.ts";
import { tableIn } from "../../../testing/tables.ts";

const dynoxide = await startDynoxide();
const programs = await Programs.ready({}, await tableIn(dynoxide.port));
const { house, base, administrator } = programs;
const backchannel = backchannelOf(house.composed.platform, house.composed.signing);
/** A program that takes logout tokens, and what it answers. */
const told: { path: string; token: string }[] = [];
let status = 200;
const site: { url: URL; stop: (now: boolean) => void } = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: async (request): Promise<Response> => {
    const said = new URLSearchParams(await request.text());
    told.push({ path: new URL(request.url).pathname, token: said.get("logout_token") ?? "" });
    return new Response(null, { status, headers: status === 302 ? { location: `${site.url}elsewhere` } : {} });
  },
});
afterAll(async () => {
  site.stop(true);
  programs.stop();
  await dynoxide.stop();
});
beforeEach(() => {
  told.length = 0;
  status = 200;
  // the lease of the test before is over
  house.clock.pass(1);
});
const uri = `${site.url.origin}/logout`;
const kept = await programs.program({ backchannel_logout_uri: uri });

/** As the broker brings it: what the end of a session has written into the outbox. */
async function heard(sid: string): Promise<void> {
  const type = "users.session.ended.v1";
  const event = { specversion: "1.0", id: crypto.randomUUID(), source: "/sessions", type, subject: sid };
  const more = { time: "2027-03-01T06:00:00Z", traceparent: "", actor: null, farmid: null };
  const data = { user_id: "", session_id: sid, reason: "logout" };
  await backchannel.onEnded(cloudEvent.parse({ ...event, ...more, datacontenttype: "application/json", data }));
}
async function allowed(person: Person, program = kept): Promise<string> {
  const tokens = await programs.tokensFor(program, person, "openid chat:use");
  return z.object({ sid: z.string() }).parse(tokens.claims()).sid;
}

test("a program is told of the end of the session that its id token names, by a token of the platform", async () => {
  const mary = await house.person("farmer");
  const sid = await allowed(mary);
  await house.call("POST", "/api/v1/auth/logout-all", { token: mary.token });
  await heard(sid);
  await backchannel.work();
  expect(told.map(({ path }) => path)).toEqual(["/logout"]);
  const keys = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });
  const jwks = createLocalJWKSet(keys.parse(await (await fetch(`${base}/oidc/jwks`)).json()));
  const rules = { issuer: `${base}/oidc`, audience: kept.id, typ: "logout+jwt", currentDate: new Date(house.clock.ms) };
  const { payload } = await jwtVerify(told[0]?.token ?? "", jwks, rules);
  expect(payload).toMatchObject({ sub: mary.uid, sid });
  expect(payload.events).toEqual({ "http://schemas.openid.net/event/backchannel-logout": {} });
  expect([payload.nonce, payload.jti?.length]).toEqual([undefined, 22]);
  // it opens nothing here
  expect((await programs.use(told[0]?.token ?? "")).status).toBe(401);
  await heard(sid);
  await backchannel.work();
  expect(told).toHaveLength(1);
});

test("of twenty that hear of it at once one tells the program, and each program is told", async () => {
  const other = await programs.program({ backchannel_logout_uri: `${uri}/other` });
  const mary = await house.person("farmer");
  const sid = await allowed(mary);
  await allowed(mary, other);
  await Promise.all(Array.from({ length: 20 }, () => heard(sid)));
  await backchannel.work();
  expect(told.map(({ path }) => path).sort()).toEqual(["/logout", "/logout/other"]);
});

test("a program that was removed, or takes no such tokens, is not called", async () => {
  const gone = await programs.program({ backchannel_logout_uri: `${uri}/gone` });
  const deaf = await programs.program();
  const mary = await house.person("farmer");
  const sid = await allowed(mary, gone);
  await allowed(mary, deaf);
  const token = administrator;
  expect((await house.call("DELETE", `/api/v1/auth/clients/${gone.id}`, { token })).status).toBe(204);
  await heard(sid);
  await backchannel.work();
  expect(told).toEqual([]);
});

test("only https, or this machine, is taken as an address", async () => {
  const token = await house.tokenOf(await house.person("administrator"), { acr: "aal2", roles: ["administrator"] });
  for (const address of [
    "http://10.0.0.1/",
    "http://metadata.internal/",
    "ftp://x.example/",
    "https://u:p@x.example/",
  ]) {
    const body = { name: "N", redirect_uris: [], scopes: [], backchannel_logout_uri: address };
    const answer = await house.call("POST", "/api/v1/auth/clients", { token, body });
    expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining("backchannel_logout_uri")]);
  }
});

describe.each([500, 302])("a program that answers %i", (answer) => {
  test("is told again, later and later, and is sent nowhere else", async () => {
    const sid = await allowed(await house.person("farmer"));
    await heard(sid);
    status = answer;
    for (const pause of [0, 5, 10]) {
      house.clock.pass(pause);
      await backchannel.work();
      await backchannel.work();
    }
    expect(told.map(({ path }) => path)).toEqual(["/logout", "/logout", "/logout"]);
    expect(new Set(told.map(({ token }) => token)).size).toBe(3);
    status = 204;
    house.clock.pass(20);
    await backchannel.work();
    house.clock.pass(86_400);
    await backchannel.work();
    expect(told).toHaveLength(4);
  });
});
