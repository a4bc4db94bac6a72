import { beforeEach, describe, expect, test } from "bun:test";
import { z } from "zod";
import { codeOf, cookieOf, Harness, password } from "../../testing/harness.ts";

let house: Harness;
beforeEach(async () => {
  house = await Harness.ready();
});
const login = (email: string, secret = password, headers = {}) =>
  house.call("POST", "/api/v1/auth/login", { body: { email, password: secret }, headers });

describe("register and login", () => {
  test("registers a student and logs in; no secret is in any body", async () => {
    const registered = await house.register("Mary@HillFarm.example");
    expect([registered.status, await registered.json()]).toEqual([202, { status: "accepted" }]);
    const answer = await login(" mary@hillfarm.EXAMPLE ");
    expect(answer.status).toBe(200);
    const text = await answer.text();
    const body = JSON.parse(text);
    expect(body).toMatchObject({
      token_type: "Bearer",
      expires_in: 300,
      user: { roles: ["student"], name: "Test Person" },
    });
    const cookie = answer.headers.getSetCookie()[0] ?? "";
    expect(cookie).toMatch(/^__Host-bw_rt=.+; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
    const secret = cookieOf(answer).split("=")[1] ?? "";
    expect(text).not.toContain(secret);
    expect(JSON.stringify(house.table.everything())).not.toContain(secret.split(".")[1] ?? "-");
  });

  test("a taken address gets the same answer and changes nothing", async () => {
    await house.register("mary@hillfarm.example");
    const before = house.table.everything().filter(({ pk }) => pk.startsWith("USER#") || pk.startsWith("EMAIL#"));
    const again = await house.register("MARY@hillfarm.example");
    expect([again.status, await again.json()]).toEqual([202, { status: "accepted" }]);
    const after = house.table.everything().filter(({ pk }) => pk.startsWith("USER#") || pk.startsWith("EMAIL#"));
    expect(after).toEqual(before);
  });

  test("40 registrations of one address at once make one user", async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => house.register("mary@hillfarm.example")));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(house.table.everything().filter(({ sk }) => sk === "A")).toHaveLength(1);
  });

  test.each([
    ["email", "ma\u0000ry@hillfarm.example"],
    ["email", "ma\u200bry@hillfarm.example"],
    ["email", "\ud800@hillfarm.example"],
    ["name", "Mary\u0000Hill"],
    ["name", "Mary \ud800"],
  ])("a text that is not what it looks like is refused: %s %j", async (field, text) => {
    const body = { email: "mary@hillfarm.example", password, name: "Mary", [field]: text };
    const answer = await house.call("POST", "/api/v1/auth/register", { body });
    expect([answer.status, await codeOf(answer)]).toEqual([422, "invalid"]);
    expect(house.table.everything().filter(({ sk }) => sk === "A")).toHaveLength(0);
  });

  test("whole surrogate pairs and what only looks like an escape pass", async () => {
    for (const name of ["Mary \u{1f411}", "Mary \\ud800"])
      expect(
        (await house.call("POST", "/api/v1/auth/register", { body: { email: "m@hill.example", password, name } }))
          .status,
      ).toBe(202);
  });

  test("an unknown address and a wrong password get equal answers", async () => {
    await house.register("mary@hillfarm.example");
    const shape = async (answer: Response) => {
      const headers = [...answer.headers].filter(([name]) => name !== "x-request-id");
      return [answer.status, await answer.text(), headers];
    };
    expect(await shape(await login("mary@hillfarm.example", "wrong wrong wrong"))).toEqual(
      await shape(await login("nobody@hillfarm.example", "wrong wrong wrong")),
    );
  });

  test.each([
    ["short", "eleven char"],
    ["a common word with ornaments", "Passw0rd1234!"],
    ["two common words", "sunshineprincess"],
    ["a run", "abcdefghijklmn"],
    ["one character", "aaaaaaaaaaaaaa"],
    ["the name", "testperson123"],
    ["too long", "x1y2z3".repeat(22)],
  ])("refuses a password: %s", async (_why, weak) => {
    const body = { email: "mary@hillfarm.example", password: weak, name: "Test Person" };
    const answer = await house.call("POST", "/api/v1/auth/register", { body });
    expect(answer.status).toBe(422);
    expect(house.table.everything().filter(({ pk }) => !pk.startsWith("RL#"))).toHaveLength(3 - 1);
  });

  test("too many tries of one account are refused before hashing, for known and unknown alike", async () => {
    await house.register("mary@hillfarm.example");
    for (const email of ["mary@hillfarm.example", "nobody@hillfarm.example"]) {
      for (let n = 0; n < 10; n++) expect((await login(email, "wrong wrong wrong")).status).toBe(401);
      const refused = await login(email, password);
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(refused.headers.get("ratelimit")).toMatch(/^"login-account";r=0;t=\d+$/);
    }
    house.clock.pass(300);
    expect((await login("mary@hillfarm.example")).status).toBe(200);
  });

  test("a stranger cannot lock out a device that has logged in before", async () => {
    await house.register("mary@hillfarm.example");
    const device = (await login("mary@hillfarm.example")).headers.getSetCookie()[1]?.split(";")[0] ?? "";
    expect(device).toStartWith("__Host-bw_dev=");
    for (let n = 0; n < 11; n++) await login("mary@hillfarm.example", "wrong wrong wrong");
    expect((await login("mary@hillfarm.example")).status).toBe(429);
    expect((await login("mary@hillfarm.example", password, { cookie: `${device}x` })).status).toBe(429);
    expect((await login("mary@hillfarm.example", password, { cookie: device })).status).toBe(200);
    for (let n = 0; n < 10; n++) await login("mary@hillfarm.example", "wrong wrong wrong", { cookie: device });
    expect((await login("mary@hillfarm.example", password, { cookie: device })).status).toBe(429);
  });

  test("a right password gives the tries back; the limit holds under parallel tries", async () => {
    await house.register("mary@hillfarm.example");
    for (let n = 0; n < 9; n++) await login("mary@hillfarm.example", "wrong wrong wrong");
    expect((await login("mary@hillfarm.example")).status).toBe(200);
    const tries = await Promise.all(
      Array.from({ length: 40 }, () => login("mary@hillfarm.example", "wrong wrong wrong")),
    );
    expect(tries.filter(({ status }) => status === 401)).toHaveLength(10);
  });

  test("an address behind the proxy is limited as itself; a forged header of the client is not believed", async () => {
    house = await Harness.ready({ AUTH_LOGIN_LIMIT_ADDRESS: 2 });
    const from = (address: string) => login("nobody@x.example", "wrong", { "x-forwarded-for": address });
    const answers = [await from("9.9.9.9, 1.1.1.1"), await from("8.8.8.8, 1.1.1.1"), await from("7.7.7.7, 1.1.1.1")];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 429]);
    expect((await from("2.2.2.2")).status).toBe(401);
  });
});

describe("refresh and logout", () => {
  test("each refresh gives a new cookie and a new token", async () => {
    const mary = await house.person();
    const answer = await house.refresh(mary.cookie);
    expect(answer.status).toBe(200);
    expect(cookieOf(answer)).not.toBe(mary.cookie);
    const { access_token } = z.object({ access_token: z.string() }).parse(await answer.json());
    expect((await house.call("GET", "/api/v1/auth/me", { token: access_token })).status).toBe(200);
  });

  test("of 40 tabs refreshing at once one wins, the others are told to wait, nobody is logged out", async () => {
    const mary = await house.person();
    const answers = await Promise.all(Array.from({ length: 40 }, () => house.refresh(mary.cookie)));
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(39);
    const next = won[0] ? await house.refresh(cookieOf(won[0])) : undefined;
    expect(next?.status).toBe(200);
  });

  test("an old cookie after the grace ends the family", async () => {
    const mary = await house.person();
    const next = cookieOf(await house.refresh(mary.cookie));
    house.clock.pass(11);
    expect((await house.refresh(mary.cookie)).status).toBe(401);
    expect((await house.refresh(next)).status).toBe(401);
    expect((await house.call("GET", "/api/v1/auth/me", { token: mary.token })).status).toBe(401);
  });

  test("the grace covers only the immediate predecessor", async () => {
    const mary = await house.person();
    const second = cookieOf(await house.refresh(mary.cookie));
    await house.refresh(second);
    expect((await house.refresh(mary.cookie)).status).toBe(401);
    expect((await house.refresh(second)).status).toBe(401);
  });

  test("logout with a predecessor of the cookie ends the session", async () => {
    const mary = await house.person();
    let { cookie } = mary;
    for (let n = 0; n < 3; n++) {
      house.clock.pass(60);
      cookie = cookieOf(await house.refresh(cookie));
    }
    const headers = { origin: "http://localhost:8080", "x-bw-csrf": "1", cookie: mary.cookie };
    expect((await house.call("POST", "/api/v1/auth/logout", { headers })).status).toBe(204);
    expect((await house.refresh(cookie)).status).toBe(401);
    expect((await house.call("GET", "/api/v1/auth/me", { token: mary.token })).status).toBe(401);
  });

  test.each(["refresh", "logout"])("%s with a made-up cookie ends nobody's session", async (what) => {
    const mary = await house.person();
    const [sid = "", secret = "", mark = ""] = mary.cookie.split("=")[1]?.split(".") ?? [];
    const other = secret.startsWith("A") ? `B${secret.slice(1)}` : `A${secret.slice(1)}`;
    house.clock.pass(60);
    for (const made of [
      `${sid}.${other}`,
      `${sid}.${other}.${mark}`,
      `${sid}.${secret}.`,
      `${sid}.${secret}.${"A".repeat(43)}`,
    ]) {
      const cookie = `${mary.cookie.split("=")[0]}=${made}`;
      const headers = { origin: "http://localhost:8080", "x-bw-csrf": "1", cookie };
      const answer = await house.call("POST", `/api/v1/auth/${what}`, { headers });
      expect(answer.status).toBe(what === "refresh" ? 401 : 204);
    }
    expect((await house.call("GET", "/api/v1/auth/me", { token: mary.token })).status).toBe(200);
    expect((await house.refresh(mary.cookie)).status).toBe(200);
  });

  test("idle and absolute ends hold", async () => {
    let { cookie } = await house.person();
    for (let day = 0; day < 59; day += 13) {
      house.clock.pass(13 * 86_400);
      const answer = await house.refresh(cookie);
      if (answer.status === 200) cookie = cookieOf(answer);
      expect(answer.status).toBe(day + 13 < 60 ? 200 : 401);
    }
    const idle = await house.person();
    house.clock.pass(14 * 86_400 + 1);
    expect((await house.refresh(idle.cookie)).status).toBe(401);
  });

  test.each([
    ["no Origin", { origin: "" }],
    ["a foreign Origin", { origin: "https://evil.example" }],
    ["the null Origin", { origin: "null" }],
    ["no header", { "x-bw-csrf": "" }],
  ])("refuses %s", async (_what, headers) => {
    const mary = await house.person();
    expect((await house.refresh(mary.cookie, headers)).status).toBe(403);
    const answer = await house.call("POST", "/api/v1/auth/logout", {
      headers: { origin: "http://localhost:8080", "x-bw-csrf": "1", cookie: mary.cookie, ...headers },
    });
    expect(answer.status).toBe(403);
  });

  test.each(["refresh", "logout"])(
    "%s without the cookie is not authenticated, wherever it comes from",
    async (what) => {
      for (const origin of ["", "https://evil.example"])
        expect((await house.call("POST", `/api/v1/auth/${what}`, { headers: { origin } })).status).toBe(401);
    },
  );

  test("logout ends the session for refresh and for the living token, and tells the feed", async () => {
    const mary = await house.person();
    const headers = { origin: "http://localhost:8080", "x-bw-csrf": "1", cookie: mary.cookie };
    expect((await house.call("POST", "/api/v1/auth/logout", { headers })).status).toBe(204);
    expect((await house.refresh(mary.cookie)).status).toBe(401);
    expect((await house.call("GET", "/api/v1/auth/me", { token: mary.token })).status).toBe(401);
    const service = { authorization: `Service ${house.settings.serviceSecret}` };
    const since = Math.floor(house.clock.ms / 1000);
    const feed = await house.call("GET", `/api/v1/auth/internal/revocations?since=${since}`, { headers: service });
    expect(await feed.json()).toMatchObject({ now: since, sessions: [expect.any(String)] });
  });
});

test("the key set and the configuration are public and hold no private part", async () => {
  const keys = await house.call("GET", "/.well-known/jwks.json");
  expect(keys.headers.get("cache-control")).toBe("public, max-age=300");
  const text = await keys.text();
  expect(JSON.parse(text).keys).toHaveLength(2);
  expect(text).not.toContain('"d"');
  const configuration = await house.call("GET", "/.well-known/openid-configuration");
  expect(await configuration.json()).toMatchObject({ issuer: "https://bellwether.local" });
});

test("a store that is away is 503, never an open door", async () => {
  const mary = await house.person();
  house.table.isAway = true;
  const answers = [
    await house.call("GET", "/api/v1/auth/me", { token: mary.token }),
    await login(mary.email),
    await house.refresh(mary.cookie),
  ];
  expect(answers.map(({ status }) => status)).toEqual([503, 503, 503]);
  expect(answers[0] && (await codeOf(answers[0]))).toBe("store_unavailable");
});
