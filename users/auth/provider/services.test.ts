import { afterAll, expect, test } from "bun:test";
import * as client from "openid-client";
import { callback, type Program, Programs } from "../../testing/programs.ts";

const programs = await Programs.ready();
const { house, administrator } = programs;
afterAll(programs.stop);
const service = { redirect_uris: [], scopes: [], service_scopes: ["metrics:read"] };
const own = ({ configuration }: Program, scope = "metrics:read") =>
  client.clientCredentialsGrant(configuration, { scope });
const metrics = (token: string) => house.call("GET", "/api/v1/sessions/metrics", { token });

test("a program reads for itself what it was given, and is let in nowhere else", async () => {
  const one = await programs.program(service);
  const tokens = await own(one);
  expect([tokens.expires_in, tokens.refresh_token]).toEqual([300, undefined]);
  expect((await metrics(tokens.access_token)).status).toBe(200);
  const caller = await house.composed.authenticator.caller(tokens.access_token);
  expect([caller.uid, caller.roles, caller.scopes]).toEqual([one.id, ["program"], ["metrics:read"]]);
  for (const path of ["/api/v1/auth/me", "/api/v1/chats", "/api/v1/sessions", "/api/v1/auth/clients"])
    expect((await house.call("GET", path, { token: tokens.access_token })).status).toBe(403);
});

test("it gets no scope of users, none that it did not ask for, and a program without any gets no token", async () => {
  const one = await programs.program({ ...service, scopes: ["flock:read"] });
  expect((await own(one, "flock:read")).scope ?? "").toBe("");
  expect((await metrics((await own(one, "")).access_token)).status).toBe(403);
  await expect(own(await programs.program())).rejects.toThrow();
  const mary = await house.person("administrator");
  const both = await programs.program({ ...service, redirect_uris: [callback] });
  const tokens = await programs.tokensFor(both, mary, "openid metrics:read");
  expect((await metrics(tokens.access_token)).status).toBe(403);
});

test("its tokens end when an administrator removes it, and the services are told", async () => {
  const one = await programs.program(service);
  const { access_token: token } = await own(one);
  expect((await metrics(token)).status).toBe(200);
  await house.call("DELETE", `/api/v1/auth/clients/${one.id}`, { token: administrator });
  expect((await metrics(token)).status).toBe(401);
  const headers = { authorization: `Service ${house.settings.serviceSecret}` };
  const feed = await house.call("GET", "/api/v1/auth/internal/revocations?since=0", { headers });
  expect(await feed.text()).toContain(`program.${one.id}`);
  await expect(own(one)).rejects.toThrow();
});

test("needs a secret", async () => {
  const body = { name: "Page", ...service, public: true };
  const answer = await house.call("POST", "/api/v1/auth/clients", { token: administrator, body });
  expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining("service_scopes")]);
});
