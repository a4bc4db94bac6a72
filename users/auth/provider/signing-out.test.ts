import { afterAll, expect, test } from "bun:test";
import * as client from "openid-client";
import { cookieOf, type Person } from "../../testing/harness.ts";
import { Browser, Programs, proofIn } from "../../testing/programs.ts";

const programs = await Programs.ready();
afterAll(() => programs.stop());
const { house, base } = programs;
const back = "http://127.0.0.1:9/callback/left";
const program = await programs.program({ post_logout_redirect_uris: [back] });

const browserOf = (person?: Person) => {
  const browser = new Browser(base);
  if (person) browser.keep(person.cookie);
  return browser;
};
const asked = (said: Record<string, string>) => client.buildEndSessionUrl(program.configuration, said).href;
const isSignedIn = async (person: Person) => (await programs.use(person.token)).status === 200;

test("at the wish of a program a person is signed out, who says so here, and goes back with its state", async () => {
  const mary = await house.person("farmer");
  const tokens = await programs.tokensFor(program, mary, "openid chat:use");
  const url = asked({ id_token_hint: tokens.id_token ?? "", post_logout_redirect_uri: back, state: "s 1" });
  expect(url.startsWith(`${base}/oidc/session/end?`)).toBe(true);
  // the cookie of the session does not come from another site
  const first = await (await browserOf().go(url)).text();
  const next = /url=([^"]+)"/.exec(first)?.[1]?.replaceAll("&amp;", "&") ?? "";
  expect(next).not.toContain("id_token_hint");
  const browser = browserOf(mary);
  const page = await browser.go(new URL(next, base).href);
  const text = await page.text();
  expect([page.status, text.includes(mary.email), text.includes("Notebooks &lt;b&gt;")]).toEqual([200, true, true]);
  expect(page.headers.get("content-security-policy")).toContain("form-action 'self' http://127.0.0.1:9");
  expect(await isSignedIn(mary)).toBe(true);
  const form = { client_id: program.id, post_logout_redirect_uri: back, state: "s 1", proof: proofIn(text) };
  const left = await browser.go(`${base}/oidc/session/end`, { ...form, answer: "leave" });
  expect([left.status, left.headers.get("location")]).toEqual([303, `${back}?state=s+1`]);
  expect(left.headers.get("set-cookie")).toStartWith("__Host-bw_rt=; Max-Age=0;");
  expect(await isSignedIn(mary)).toBe(false);
  expect((await programs.use(tokens.access_token)).status).toBe(401);
  expect((await house.refresh(mary.cookie, { origin: base })).status).toBe(401);
  // nobody is signed in any more: there is nothing to ask
  expect((await browserOf().go(`${url}&here`)).headers.get("location")).toBe(`${back}?state=s+1`);
});

test("whoever stays is signed in still; a form of elsewhere and of another session ends nothing", async () => {
  const [mary, john] = [await house.person("farmer"), await house.person("farmer")];
  const browser = browserOf(mary);
  const proof = proofIn(await (await browser.go(asked({}))).text());
  const end = `${base}/oidc/session/end`;
  expect((await browser.go(end, { proof, answer: "stay" })).status).toBe(200);
  expect((await browser.go(end, { proof, answer: "leave" }, "https://evil.example")).status).toBe(403);
  expect((await browser.go(end, { proof: "made-up", answer: "leave" })).status).toBe(403);
  expect((await browserOf(john).go(end, { proof, answer: "leave" })).status).toBe(403);
  // by a form of another site it is asked as by a link
  expect(await (await browser.go(end, { client_id: program.id }, "https://evil.example")).text()).toContain(proof);
  expect([await isSignedIn(mary), await isSignedIn(john)]).toEqual([true, true]);
  expect((await browser.go(end, { proof, answer: "leave" })).status).toBe(200);
  expect(await isSignedIn(mary)).toBe(false);
});

test("nobody is sent to an address that the program has not registered, to the letter", async () => {
  const other = await programs.program();
  const mary = await house.person("farmer");
  const { id_token: hint = "" } = await programs.tokensFor(program, mary, "openid");
  const browser = browserOf(mary);
  const end = (said: [string, string][]) => browser.go(`${base}/oidc/session/end?${new URLSearchParams(said)}`);
  const [head = "", body = "", sign = ""] = hint.split(".");
  for (const said of [
    [
      ["client_id", program.id],
      ["post_logout_redirect_uri", `${back}/`],
    ],
    [
      ["client_id", other.id],
      ["post_logout_redirect_uri", back],
    ],
    [["post_logout_redirect_uri", back]],
    [["client_id", crypto.randomUUID()]],
    [
      ["id_token_hint", hint],
      ["client_id", other.id],
    ],
    [["id_token_hint", `${head}.${body}.${sign.slice(0, -4)}AAAA`]],
    [
      ["id_token_hint", "none"],
      ["client_id", program.id],
    ],
    [
      ["client_id", program.id],
      ["client_id", other.id],
    ],
  ] as [string, string][][])
    expect([said, (await end(said)).status]).toEqual([said, 400]);
  // an old id token still says of which program it is
  house.clock.pass(4_000);
  expect((await end([["id_token_hint", hint]])).status).toBe(200);
});

test("twenty answers at once sign out once, and each of them leaves", async () => {
  const mary = await house.person("farmer");
  const proof = proofIn(await (await browserOf(mary).go(asked({}))).text());
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => browserOf(mary).go(`${base}/oidc/session/end`, { proof, answer: "leave" })),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
  const ended = house.table
    .everything()
    .filter(({ body }) => /session\.ended/.test(String(body)) && String(body).includes(mary.uid));
  expect(ended).toHaveLength(1);
  expect(cookieOf(answers[0] ?? new Response())).toBe("__Host-bw_rt=");
});
