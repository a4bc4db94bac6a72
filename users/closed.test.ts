import { afterEach, beforeAll, describe, expect, test } from "bun:test";
import { z } from "zod";
import { serviceNames } from "./platform/settings.ts";
import { codeOf, Harness, type Person } from "./testing/harness.ts";

// The front door: with the store away nobody is let in, and pages of others read nothing.
const operation = z.looseObject({ security: z.array(z.unknown()).optional() });
const document = z.object({ paths: z.record(z.string(), z.record(z.string(), operation)) });
const house = await Harness.ready();
const routes: [string, string, string][] = [];
for (const name of serviceNames) {
  const { paths } = document.parse(await (await house.call("GET", `/api/v1/${name}/openapi.json`)).json());
  for (const [path, methods] of Object.entries(paths))
    for (const [method, { security }] of Object.entries(methods))
      if (JSON.stringify(security ?? []).includes("bearer"))
        routes.push([
          `${method.toUpperCase()} ${path}`,
          method.toUpperCase(),
          path.replace(/\{\w+\}/g, "q0Zc2oYpT1iV7b3mJwKx"),
        ]);
}
let mary: Person;
beforeAll(async () => {
  mary = await house.person("farmer");
  // seen before: the signature is not what refuses
  expect((await house.call("GET", "/api/v1/sessions", { token: mary.token })).status).toBe(200);
});
afterEach(() => {
  house.table.isAway = false;
});

describe("with the store away", () => {
  test.each(routes)("%s answers 503", async (_name, method, path) => {
    house.table.isAway = true;
    const answer = await house.call(method, path, { token: mary.token, body: method === "GET" ? undefined : {} });
    expect([answer.status, await codeOf(answer)]).toEqual([503, "store_unavailable"]);
  });

  test("nobody signs in or refreshes, and who comes when it is back is signed in still", async () => {
    house.table.isAway = true;
    const body = { email: mary.email, password: "seven grey ewes at dawn" };
    expect((await house.call("POST", "/api/v1/auth/login", { body })).status).toBe(503);
    expect((await house.refresh(mary.cookie)).status).toBe(503);
    house.table.isAway = false;
    expect((await house.refresh(mary.cookie)).status).toBe(200);
  });
});

describe("pages of others", () => {
  const ask = (origin: string, method = "GET") =>
    house.call(method, "/api/v1/sessions", {
      token: mary.token,
      headers: { origin, ...(method === "OPTIONS" && { "access-control-request-method": "DELETE" }) },
    });

  test.each(["https://evil.example", "null", "http://localhost:8080.evil.example", "http://localhost"])(
    "%s may read nothing",
    async (origin) => {
      for (const method of ["GET", "OPTIONS"])
        expect((await ask(origin, method)).headers.get("access-control-allow-origin")).toBeNull();
    },
  );

  test("an allowed origin reads answers, refusals too, and they vary by it", async () => {
    const own = "http://localhost:8080";
    const answers = [
      await ask(own),
      await ask(own, "OPTIONS"),
      await house.call("GET", "/x", { headers: { origin: own } }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 204, 404]);
    for (const { headers } of answers) {
      expect(headers.get("access-control-allow-origin")).toBe(own);
      expect(headers.get("vary")?.toLowerCase()).toContain("origin");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
    }
  });
});
