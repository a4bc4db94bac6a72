import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { isOfDomain } from "../../platform/addresses.ts";
import { codeOf, Harness, password } from "../../testing/harness.ts";
import { Mailbox } from "../../testing/mailbox.ts";
import { startDynoxide } from "../../testing/servers.ts";
import { tableIn } from "../../testing/tables.ts";

const email = "mary@hillfarm.example";
let house: Harness;
let mailbox: Mailbox;
async function open(
  change: Parameters<typeof Harness.ready>[0] = {},
  outside: Parameters<typeof Harness.ready>[1] = {},
) {
  house = await Harness.ready({ BELLWETHER_POLICY_VERIFICATION: "required", ...change }, outside);
  mailbox = new Mailbox(house);
}
beforeEach(() => open());
const dynoxide = await startDynoxide();
afterAll(dynoxide.stop);

const post = (path: string, body: object, token?: string) =>
  house.call("POST", `/api/v1/auth/${path}`, { body, ...(token && { token }) });
const login = (secret = password, address = email) => post("login", { email: address, password: secret });
const verified = async (address = email) => {
  await house.register(address);
  await post("verify-email", { token: await mailbox.secret(address, "address-verification") });
};

describe("an address is verified", () => {
  test("before that nobody signs in, which only whoever knows the password is told", async () => {
    await house.register(email);
    const refused = await login();
    expect([refused.status, await codeOf(refused)]).toEqual([403, "address_unverified"]);
    const wrong = await login("wrong wrong wrong");
    expect([wrong.status, await codeOf(wrong)]).toEqual([401, "wrong_credentials"]);
    const token = await mailbox.secret(email, "address-verification");
    expect((await post("verify-email", { token })).status).toBe(204);
    expect((await login()).status).toBe(200);
  });

  test("by a link that works once and for a day, and whose secret is not in the table", async () => {
    await house.register(email);
    const token = await mailbox.secret(email, "address-verification");
    expect(JSON.stringify(house.table.everything())).not.toContain(token);
    house.clock.pass(86_400);
    expect(await codeOf(await post("verify-email", { token }))).toBe("link_refused");
    await post("verify-email/resend", { email });
    const next = await mailbox.secret(email, "address-verification");
    expect((await post("verify-email", { token: next })).status).toBe(204);
    expect((await post("verify-email", { token: next })).status).toBe(400);
    expect((await post("verify-email", { token: "made up made up made up" })).status).toBe(400);
  });

  test("whoever owns a registered address is told of a second registration, in the same answer", async () => {
    await house.register(email);
    const again = await house.register(email);
    expect([again.status, await again.json()]).toEqual([202, { status: "accepted" }]);
    const kinds = (await mailbox.of(email)).map(({ kind }) => kind);
    expect(kinds).toEqual(["address-verification", "already-registered"]);
  });

  test("known and unknown addresses make the store do the same", async () => {
    await verified();
    const calls = async (path: string, address: string) => {
      house.table.calls.clear();
      const answer = await post(
        path,
        path === "register" ? { email: address, password, name: "M" } : { email: address },
      );
      return [answer.status, Object.fromEntries(house.table.calls)];
    };
    for (const path of ["register", "verify-email/resend", "password/forgot"])
      expect([path, await calls(path, email)]).toEqual([path, await calls(path, `nobody-${path.length}@x.example`)]);
  });

  test("nobody fills a mailbox: beyond five messages in an hour the answer is the same and nothing comes", async () => {
    await house.register(email);
    for (let n = 0; n < 8; n++) expect((await post("verify-email/resend", { email })).status).toBe(202);
    expect(await mailbox.of(email)).toHaveLength(5);
  });
});

describe("approval", () => {
  test("whoever policy asks it of waits for it; others do not", async () => {
    await open({ BELLWETHER_POLICY_VERIFICATION: "optional", BELLWETHER_POLICY_APPROVAL: "uni.example" });
    for (const address of ["mary@uni.example", "mary@x.example"]) await house.register(address);
    const waiting = await login(password, "mary@uni.example");
    expect([waiting.status, await codeOf(waiting)]).toEqual([403, "approval_waiting"]);
    expect((await login(password, "mary@x.example")).status).toBe(200);
  });

  test("however the domain is spelled, it is one, and what a mail server reads as a sign is in no address", async () => {
    const policy = "uni.ac.example,xn--mnchen-3ya.example";
    await open({ BELLWETHER_POLICY_VERIFICATION: "optional", BELLWETHER_POLICY_APPROVAL: policy });
    const domains = [
      "uni。ac.example",
      "UNI.ac.example",
      "ｕni.ac.example",
      "münchen.example",
      "xn--mnchen-3ya.example",
    ];
    for (const [n, domain] of domains.entries()) {
      const address = `Mary${n}@${domain}`;
      expect((await house.register(address)).status).toBe(202);
      expect(await codeOf(await login(password, address))).toBe("approval_waiting");
    }
    await house.register("mary4@münchen.example");
    expect((await mailbox.of("mary4@münchen.example")).map(({ kind }) => kind)).toEqual(["already-registered"]);
    for (const address of [
      "<a@uni.example>",
      "a@uni.example>",
      "a:b@x.example",
      "a@x.example;",
      "a@[127.0.0.1]",
      "a(b)@x.example",
    ])
      expect([address, (await house.register(address)).status]).toEqual([address, 422]);
    for (const domain of ["xn--", "[bad", ""]) expect(isOfDomain(`mary@${domain}`, ["xn--a", domain])).toBe(false);
  });
});

describe("another address", () => {
  const signedIn = async () => {
    const { uid, token, cookie } = await house.login(email);
    return { cookie, plain: token, token: await house.tokenOf({ email, uid, token, cookie }, { acr: "aal2" }) };
  };

  test("needs two factors just now, is proved by its own link, and ends all sessions; the old address is told", async () => {
    await verified();
    const mary = await signedIn();
    expect((await post("email", { email: "new@x.example" }, mary.plain)).status).toBe(401);
    expect((await post("email", { email: "new@x.example" }, mary.token)).status).toBe(202);
    const token = await mailbox.secret("new@x.example", "email-change");
    expect((await login()).status).toBe(200);
    expect((await post("email/confirm", { token })).status).toBe(204);
    expect((await house.refresh(mary.cookie)).status).toBe(401);
    expect((await login()).status).toBe(401);
    expect((await login(password, "new@x.example")).status).toBe(200);
    expect((await mailbox.of(email)).map(({ kind }) => kind)).toContain("email-changed");
    expect((await post("email/confirm", { token })).status).toBe(400);
    expect((await house.register(email)).status).toBe(202);
  });

  test("an address that somebody has is not given, and that is not told", async () => {
    await verified();
    await verified("bob@x.example");
    const mary = await signedIn();
    expect((await post("email", { email: "bob@x.example" }, mary.token)).status).toBe(202);
    expect((await mailbox.of("bob@x.example")).at(-1)?.kind).toBe("already-registered");
  });

  test("of 20 who take one address at once one has it, on dynoxide", async () => {
    await open({ AUTH_REGISTER_LIMIT_ADDRESS: 1_000 }, { table: await tableIn(dynoxide.port) });
    const people = Array.from({ length: 20 }, (_, n) => `person${n}@x.example`);
    const tokens: string[] = [];
    for (const address of people) {
      await verified(address);
      const person = await house.login(address);
      const token = await house.tokenOf(person, { acr: "aal2" });
      if (tokens.length < 5) {
        await post("email", { email: "one@x.example" }, token);
        tokens.push(await mailbox.secret("one@x.example", "email-change"));
      }
    }
    const uses = Array.from({ length: 20 }, (_, n) => post("email/confirm", { token: tokens[n % 5] ?? "" }));
    const answers = (await Promise.all(uses)).map(({ status }) => status);
    expect(answers.filter((status) => status === 204)).toHaveLength(1);
    expect(new Set(answers)).toEqual(new Set([204, 400, 409].filter((status) => answers.includes(status))));
    expect((await login(password, "one@x.example")).status).toBe(200);
  }, 30_000);
});
