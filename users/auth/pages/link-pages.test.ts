import { afterAll, expect, test } from "bun:test";
import { z } from "zod";
import { enrolTotp } from "../../testing/factors.ts";
import { Harness, type Person, password } from "../../testing/harness.ts";
import { Mailbox } from "../../testing/mailbox.ts";

const origin = "http://localhost:8080";
const asked: unknown[] = [];
/** The farm service, which takes one invitation. */
const farm = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: async (request) => {
    const { token } = z.object({ token: z.string() }).parse(await request.json());
    asked.push([new URL(request.url).pathname, request.headers.get("authorization")?.slice(0, 7), token]);
    if (token.startsWith("good")) return Response.json({ farm_id: "1", role: "worker" });
    return Response.json({ code: "invitation_unknown", detail: "There is no such invitation" }, { status: 404 });
  },
});
afterAll(() => farm.stop(true));
const at = farm.url.origin;
const serviceUrls = { farm: at, genetics: at, research: at, processing: at };
const house = await Harness.ready({ serviceUrls });
const mail = new Mailbox(house);

/** What a browser does at a page: look, then post its form; cookies as they came. */
async function visit(path: string, said: Record<string, string>, cookie = "", from = origin) {
  const looked = await house.call("GET", path, { headers: { cookie } });
  const before = await looked.text();
  const jar = [cookie, ...looked.headers.getSetCookie().map((each) => each.split(";")[0])].filter(Boolean).join("; ");
  const proof = /name="proof" value="([^"]+)"/.exec(before)?.[1] ?? "";
  const raw = new URLSearchParams({ proof, ...said }).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded", origin: from, cookie: jar };
  const answer = await house.call("POST", path, { raw, headers });
  return { before, looked, answer, text: await answer.text(), jar };
}
const newest = async (address: string, kind: string) =>
  (await mail.of(address)).findLast((letter) => letter.kind === kind)?.text ?? "";
const isVerified = async ({ email }: Person) =>
  house.table.everything().some((item) => item.email === email && item.verified === true);

test("the link that confirms an address leads to a page; looking changes nothing, the button does, once", async () => {
  const mary = await house.person("farmer");
  expect(await newest(mary.email, "address-verification")).toContain(`${origin}/account/verify#verify=`);
  const token = await mail.secret(mary.email, "address-verification");
  for (let looks = 0; looks < 3; looks++) await house.call("GET", "/account/verify");
  expect(await isVerified(mary)).toBe(false);
  const foreign = await visit("/account/verify", { token }, "", "https://evil.example");
  expect([foreign.answer.status, await isVerified(mary)]).toEqual([403, false]);
  const done = await visit("/account/verify", { token });
  expect([done.answer.status, done.text]).toEqual([200, expect.stringContaining("Your address is confirmed")]);
  expect(await isVerified(mary)).toBe(true);
  const again = await visit("/account/verify", { token });
  expect([again.answer.status, again.text]).toEqual([400, expect.stringContaining("used or is too old")]);
});

test("a forgotten password is asked for and chosen anew, with the second factor; the page never says the words", async () => {
  const mary = await house.person("farmer");
  const { codes } = await enrolTotp(house, mary);
  for (const email of [mary.email, "nobody@hillfarm.example"]) {
    const asked = await visit("/account/forgot", { email });
    expect([asked.answer.status, asked.text]).toEqual([200, expect.stringContaining("Look into your mail")]);
  }
  const token = await mail.secret(mary.email, "password-reset");
  const next = "nine brown rams by the gate";
  const without = await visit("/account/reset", { token, password: next });
  expect([without.answer.status, without.text]).toEqual([401, expect.stringContaining("second factor")]);
  expect(without.text).not.toContain(next);
  const weak = await visit("/account/reset", { token, password: "short", code: codes[0] ?? "" });
  expect(weak.answer.status).toBe(422);
  const done = await visit("/account/reset", { token, password: next, code: codes[0] ?? "" });
  expect([done.answer.status, done.text]).toEqual([200, expect.stringContaining("Your password is changed")]);
  const body = { email: mary.email, password };
  expect((await house.call("POST", "/api/v1/auth/login", { body })).status).toBe(401);
  const right = { email: mary.email, password: next };
  expect((await house.call("POST", "/api/v1/auth/login", { body: right })).status).toBe(202);
});

test("a new address is taken at its page", async () => {
  const mary = await house.person("farmer");
  const token = await house.tokenOf(mary, { acr: "aal2" });
  const body = { email: "mary.new@hillfarm.example" };
  await house.call("POST", "/api/v1/auth/email", { token, body });
  const secret = await mail.secret(body.email, "email-change");
  const done = await visit("/account/email", { token: secret });
  expect([done.answer.status, done.text]).toEqual([200, expect.stringContaining("Your address is changed")]);
  expect((await house.login(body.email)).uid).toBe(mary.uid);
});

test("an invitation is accepted by whoever is signed in; who is not signs in first, and its secret waits", async () => {
  const mary = await house.person("farmer");
  const token = "good-invitation-of-twenty-letters";
  const first = await visit("/account/invitation", { token });
  const location = first.answer.headers.get("location");
  expect([first.answer.status, location]).toEqual([303, "/account/sign-in?return_to=%2Faccount%2Finvitation"]);
  const [carried = ""] = first.answer.headers.getSetCookie().filter((each) => each.includes("bw_carried"));
  expect(carried).toMatch(/^__Host-bw_carried=[\w-]+; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
  expect(carried).not.toContain(token);
  const cookies = `${mary.cookie}; ${carried.split(";")[0]}`;
  const looked = await (await house.call("GET", "/account/invitation", { headers: { cookie: cookies } })).text();
  expect(looked).toContain(`name="token" value="${token}"`);
  expect(asked).toEqual([]);
  const done = await visit("/account/invitation", { token }, cookies);
  expect([done.answer.status, done.text]).toEqual([200, expect.stringContaining("worker")]);
  expect(asked).toEqual([["/api/v1/farm/invitations/accept", "Bearer ", token]]);
  const refused = await visit("/account/invitation", { token: "bad-invitation-of-twenty-letters" }, mary.cookie);
  expect([refused.answer.status, refused.text]).toEqual([404, expect.stringContaining("no such invitation")]);
});

test("no page tells others where its reader came from, and none is kept", async () => {
  for (const path of ["verify", "reset", "email", "forgot", "invitation", "sign-in"]) {
    const { headers } = await house.call("GET", `/account/${path}`);
    expect([headers.get("referrer-policy"), headers.get("cache-control")]).toEqual(["same-origin", "no-store"]);
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  }
});

test("a shared chat is read at its page, by those for whom it is; what stands in it is text", async () => {
  const mary = await house.person("farmer");
  const chat = await house.call("POST", "/api/v1/chats", { token: mary.token, body: { title: "<b>Ewes</b>" } });
  const { id } = z.object({ id: z.string() }).parse(await chat.json());
  const message = { id: "01JP7KWZ8X0000000000000001", role: "user", content: "<script>alert(1)</script>" };
  await house.call("POST", `/api/v1/chats/${id}/messages`, { token: mary.token, body: message });
  const share = async (audience: string) => {
    const made = await house.call("POST", `/api/v1/chats/${id}/shares`, { token: mary.token, body: { audience } });
    return (
      z
        .object({ url: z.string() })
        .parse(await made.json())
        .url.split("#")[1] ?? ""
    );
  };
  const open = await visit("/shared", { token: await share("any") });
  expect([open.answer.status, open.text]).toEqual([200, expect.stringContaining("&lt;script&gt;alert(1)")]);
  expect(open.text).not.toContain("<script");
  const token = await share("login");
  const stranger = await visit("/shared", { token });
  expect(stranger.answer.headers.get("location")).toBe("/account/sign-in?return_to=%2Fshared");
  const tom = await house.person("farmer");
  expect((await visit("/shared", { token }, tom.cookie)).text).toContain("Ewes");
  expect((await visit("/shared", { token: "x".repeat(32) }, tom.cookie)).answer.status).toBe(404);
});
