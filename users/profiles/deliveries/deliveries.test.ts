import { afterEach, beforeEach, expect, test } from "bun:test";
import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from "node:crypto";
import type { Server } from "bun";
import { z } from "zod";
import { uuid } from "../../platform/ids.ts";
import { codeOf, Harness, type Person } from "../../testing/harness.ts";
import { afterQuiet } from "./quiet-hours.ts";

/** A browser with its push service: it decrypts by RFC 8291 and checks the signature of RFC 8292. */
class Browser {
  readonly got: object[] = [];
  status = 201;
  private readonly pair = createECDH("prime256v1");
  private readonly auth = randomBytes(16);
  private readonly server: Server<undefined>;
  constructor() {
    this.pair.generateKeys();
    this.server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: (request) => this.take(request) });
  }
  get origin() {
    return `http://127.0.0.1:${this.server.port}`;
  }
  get subscription() {
    const keys = { p256dh: this.pair.getPublicKey("base64url"), auth: this.auth.toString("base64url") };
    return { endpoint: `${this.origin}/push/1`, keys };
  }
  stop() {
    return this.server.stop(true);
  }
  private async take(request: Request): Promise<Response> {
    const { t, k } = /^vapid t=(?<t>[^,]+), k=(?<k>.+)$/.exec(request.headers.get("authorization") ?? "")?.groups ?? {};
    this.got.push({ ...this.open(Buffer.from(await request.arrayBuffer())), ...this.claims(String(t), String(k)) });
    return new Response(null, { status: this.status });
  }
  private open(body: Buffer): object {
    const [salt, length] = [body.subarray(0, 16), body.readUInt8(20)];
    const sender = body.subarray(21, 21 + length);
    const info = Buffer.concat([Buffer.from("WebPush: info\0"), this.pair.getPublicKey(), sender]);
    const secret = hkdfSync("sha256", this.pair.computeSecret(sender), this.auth, info, 32);
    const derived = (what: string, n: number) =>
      Buffer.from(hkdfSync("sha256", Buffer.from(secret), salt, Buffer.from(`Content-Encoding: ${what}\0`), n));
    const decipher = createDecipheriv("aes-128-gcm", derived("aes128gcm", 16), derived("nonce", 12));
    decipher.setAuthTag(body.subarray(-16));
    const text = Buffer.concat([decipher.update(body.subarray(21 + length, -16)), decipher.final()]);
    return JSON.parse(text.subarray(0, text.lastIndexOf(2)).toString());
  }
  private claims(token: string, key: string): object {
    const [head, body, signature] = token.split(".");
    const raw = Buffer.from(key, "base64url");
    const [x, y] = [raw.subarray(1, 33), raw.subarray(33)].map((part) => part.toString("base64url"));
    const publicKey = createPublicKey({ key: { kty: "EC", crv: "P-256", x, y }, format: "jwk" });
    const signed = { key: publicKey, dsaEncoding: "ieee-p1363" } as const;
    expect(verify("sha256", Buffer.from(`${head}.${body}`), signed, Buffer.from(String(signature), "base64url"))).toBe(
      true,
    );
    return z.object({ aud: z.string() }).parse(JSON.parse(Buffer.from(String(body), "base64url").toString()));
  }
}

let house: Harness;
let browser: Browser;
let mary: Person;
beforeEach(async () => {
  browser = new Browser();
  house = await Harness.ready({ PROFILES_PUSH_HOSTS: `fcm.googleapis.com,*.push.apple.com,${browser.origin}` });
  mary = await house.person("farmer");
  await house.composed.notifications.onMembership(event("farm.membership.granted.v1", { user_id: mary.uid }));
});
afterEach(() => browser.stop());
const event = (type: string, data: object) => ({
  id: uuid(house.clock.ms),
  type,
  time: new Date(house.clock.ms).toISOString(),
  data: { farm_id: "f1", ...data },
});
const failed = () =>
  event("genetics.evaluation.failed.v1", { flock_id: "k1", run_id: "r1", code: "loop", detail: "A loop." });
const path = "/api/v1/profiles/push/subscriptions";
const subscribe = (body: object = browser.subscription) => house.call("POST", path, { token: mary.token, body });
const settings = (rev: number, body: object) =>
  house.call("PATCH", "/api/v1/profiles/me/notification-settings", {
    token: mary.token,
    body,
    headers: { "if-match": `"${rev}"` },
  });
const work = () => house.composed.deliveries.work();
const waiting = () => house.table.everything().filter(({ pk }) => pk === "DELIVERIES");

test("a push reaches the browser, which alone can read it, once", async () => {
  expect([(await subscribe()).status, (await subscribe()).status]).toEqual([201, 200]);
  expect(JSON.stringify(house.table.everything())).not.toContain(browser.origin);
  await house.composed.notifications.onNews(failed());
  await work();
  await work();
  expect(browser.got).toMatchObject([{ title: "Evaluation failed", body: "A loop.", aud: browser.origin }]);
  expect(waiting()).toEqual([]);
});

test("a service that is busy is asked again later; a browser that is gone is forgotten", async () => {
  await subscribe();
  browser.status = 503;
  await house.composed.notifications.onNews(failed());
  await work();
  await work();
  expect([browser.got.length, waiting().length]).toEqual([1, 1]);
  browser.status = 410;
  house.clock.pass(120);
  await work();
  expect([browser.got.length, waiting().length]).toEqual([2, 0]);
  const list = await house.call("GET", path, { token: mary.token });
  expect(await list.json()).toEqual({ items: [], next: null });
});

test.each([
  "http://fcm.googleapis.com/x",
  "https://127.0.0.1/x",
  "https://169.254.169.254/latest",
  "https://fcm.googleapis.com.evil.example/x",
  "https://fcm.googleapis.com:8443/x",
  "https://user@fcm.googleapis.com/x",
  "https://push.apple.com.evil.example/x",
  "file:///etc/passwd",
])("no address but a push service's is called: %s", async (endpoint) => {
  const answer = await subscribe({ ...browser.subscription, endpoint });
  expect([answer.status, await codeOf(answer)]).toEqual([422, "foreign_endpoint"]);
});

test("ten browsers and no more, though twenty come at once", async () => {
  const one = (n: number) => subscribe({ ...browser.subscription, endpoint: `${browser.origin}/push/${n}` });
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => one(n)));
  expect(answers.filter(({ status }) => status === 201).length).toBeLessThanOrEqual(10);
  for (let n = 0; n < 10; n++) await one(n);
  const stored = house.table.everything().filter(({ sk }) => sk.startsWith("PUSH#"));
  expect(stored).toHaveLength(10);
  expect((await one(99)).status).toBe(409);
});

test("mail goes to a verified address of whoever asked for it, after quiet hours", async () => {
  await settings(0, {
    evaluations: { app: false, mail: true, push: false },
    quiet_hours: { from: "05:00", to: "07:00" },
  });
  const mails = () => house.table.everything().filter(({ kind }) => kind === "notification");
  const told = failed();
  await house.composed.notifications.onNews(told);
  expect(await house.composed.notifications.onNews(told)).toBe("known");
  await work();
  expect([waiting().length, mails().length]).toEqual([1, 0]); // it is six
  house.clock.pass(3_600);
  await work();
  expect([waiting().length, mails().length]).toEqual([0, 0]); // nobody has verified the address
  const headers = { authorization: `Operator ${house.settings.operatorSecret}` };
  const body = { email: mary.email, verified: true };
  await house.call("POST", "/api/v1/auth/operator/addresses", { body, headers });
  await house.composed.notifications.onNews(failed());
  await work();
  expect(mails()).toHaveLength(1);
  const list = await house.call("GET", "/api/v1/profiles/notifications", {
    token: (await house.login(mary.email)).token,
  });
  expect(await list.json()).toMatchObject({ items: [] });
});

test("nothing goes to somebody who is being erased", async () => {
  await subscribe();
  await house.composed.notifications.onNews(failed());
  await house.call("DELETE", "/api/v1/profiles/me", { token: mary.token });
  await house.composed.erasures.work();
  await house.composed.notifications.onNews(failed());
  await work();
  expect([browser.got.length, waiting().length]).toEqual([0, 0]);
});

test.each([
  ["2027-01-10T23:30:00Z", { from: "22:00", to: "06:00" }, "UTC", "2027-01-11T06:00:00Z"],
  ["2027-01-10T05:59:30Z", { from: "22:00", to: "06:00" }, "UTC", "2027-01-10T06:00:00Z"],
  ["2027-01-10T06:00:00Z", { from: "22:00", to: "06:00" }, "UTC", "2027-01-10T06:00:00Z"],
  ["2027-01-10T12:00:00Z", { from: "22:00", to: "06:00" }, "Pacific/Auckland", "2027-01-10T17:00:00Z"],
  ["2027-01-10T12:00:00Z", { from: "09:00", to: "09:00" }, "UTC", "2027-01-10T12:00:00Z"],
  ["2027-01-10T12:00:00Z", null, "Nowhere/Land", "2027-01-10T12:00:00Z"],
])("quiet hours at %s, %p in %s end at %s", (at, quiet, zone, end) => {
  expect(afterQuiet(Date.parse(at), quiet, zone) * 1000).toBe(Date.parse(end));
});
