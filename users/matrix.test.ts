import { beforeAll, describe, expect, test } from "bun:test";
import { z } from "zod";
import { serviceNames } from "./platform/settings.ts";
import { codeOf, Harness, type Person } from "./testing/harness.ts";

// Every route of the four documents, so that a new one cannot be forgotten.
const operation = z.looseObject({
  security: z.array(z.unknown()).optional(),
  requestBody: z.unknown().optional(),
  responses: z.record(z.string(), z.unknown()),
});
const document = z.looseObject({ openapi: z.string(), paths: z.record(z.string(), z.record(z.string(), operation)) });
type Route = { method: string; path: string; isSecured: boolean; hasBody: boolean; answers: string[] };

const examples: Record<string, string> = {
  id: "01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4d",
  sid: "q0Zc2oYpT1iV7b3mJwKx",
  message: "01JP7KWZ8X0000000000000000",
  run: "01JP7KWZ8X0000000000000000",
  idp: "hill-university",
  share: "1yqn0vwmT7d0c4jFQ2uJr6w1p8kXy5s3nV9hLbQeZ0M",
  uid: "01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4d",
  institution: "everyone",
  folder: "01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4d",
};

async function routesOf(house: Harness): Promise<Route[]> {
  const found: Route[] = [];
  for (const name of serviceNames) {
    const answer = await house.call("GET", `/api/v1/${name}/openapi.json`);
    const parsed = document.parse(await answer.json());
    expect(parsed.openapi).toBe("3.1.0");
    for (const [path, methods] of Object.entries(parsed.paths))
      for (const [method, one] of Object.entries(methods))
        found.push({
          method: method.toUpperCase(),
          path: path.replace(/\{(\w+)\}/g, (_all, parameter: string) => examples[parameter] ?? parameter),
          isSecured: JSON.stringify(one.security).includes("bearer"),
          hasBody: one.requestBody !== undefined,
          answers: Object.keys(one.responses),
        });
  }
  return found;
}

const house = await Harness.ready();
const routes = await routesOf(house);
const named = (list: Route[]): [string, Route][] => list.map((route) => [`${route.method} ${route.path}`, route]);
const secured = named(routes.filter(({ isSecured }) => isSecured));
const withBody = named(routes.filter(({ hasBody }) => hasBody));
let mary: Person;
let ghost: string;
let acting: string;
beforeAll(async () => {
  mary = await house.person("farmer");
  mary.token = await house.tokenOf(mary, { acr: "aal2", roles: ["farmer", "administrator"] });
  ghost = await house.tokenWithRole(mary, "ghost");
  const { sid } = z.object({ sid: z.string() }).parse(JSON.parse(atob(mary.token.split(".")[1] ?? "")));
  acting = await house.tokenOf(mary, { acr: "aal2", roles: ["farmer"], actor: { uid: mary.uid, sid } });
});
/** Everything but the counters of rate limits. */
const written = () => house.table.everything().filter(({ pk }) => !pk.startsWith("RL#"));
const headersFor = (path: string): Record<string, string> => ({
  authorization: path.includes("/operator/") ? `Operator ${house.settings.operatorSecret}` : `Bearer ${mary.token}`,
  "if-match": '"0"',
});

test("the documents hold all routes, with examples for every body", () => {
  expect(routes.length).toBeGreaterThanOrEqual(25);
  expect(secured.length).toBeGreaterThanOrEqual(18);
});

describe.each(secured)("%s", (_name, { method, path, hasBody, answers }) => {
  const body = hasBody ? {} : undefined;
  test("anonymous, a bad token, another scheme: 401", async () => {
    const before = written();
    for (const authorization of ["", "Bearer", "Bearer x.y.z", `Basic ${mary.token}`, `Bearer ${mary.token} x`]) {
      const answer = await house.call(method, path, { body, headers: authorization ? { authorization } : {} });
      const [challenge] = (answer.headers.get("www-authenticate") ?? "").split(", ");
      expect([answer.status, challenge]).toEqual([401, 'Bearer error="invalid_token"']);
      expect(await codeOf(answer)).toBe("not_authenticated");
    }
    expect(written()).toEqual(before);
  });
  test("a role without the permission: 403", async () => {
    const before = written();
    const answer = await house.call(method, path, { token: ghost, body });
    expect([answer.status, await codeOf(answer)]).toEqual([403, "not_allowed"]);
    expect(written()).toEqual(before);
  });
  test.skipIf(method === "GET")("who acts as a user reads only: 403", async () => {
    const before = written();
    const answer = await house.call(method, path, { token: acting, body });
    expect([answer.status, await codeOf(answer)]).toEqual([403, "impersonated"]);
    expect(written()).toEqual(before);
  });
  test("documents 401 and 403", () => expect(answers).toEqual(expect.arrayContaining(["401", "403"])));
});

/** More than any route takes. */
const oversize = JSON.stringify({ a: "x".repeat(4_000_000) });

describe.each(withBody)("%s", (_name, { method, path, answers }) => {
  const bad: [string, { raw: string; headers?: Record<string, string> }, number, string][] = [
    ["broken JSON", { raw: '{"a": ' }, 400, "malformed_json"],
    [
      "no JSON type",
      { raw: "a=1", headers: { "content-type": "application/x-www-form-urlencoded" } },
      415,
      "unsupported_media_type",
    ],
    ["an unknown field", { raw: '{"no_such_field": 1}' }, 422, "unknown_field"],
    ["a list", { raw: "[]" }, 422, "invalid"],
    ["an oversize body", { raw: oversize }, 413, "body_too_large"],
  ];
  test.each(bad)("%s", async (_what, { raw, headers }, status, code) => {
    const before = written();
    const answer = await house.call(method, path, { raw, headers: { ...headersFor(path), ...headers } });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([status, "application/problem+json"]);
    expect(await codeOf(answer)).toBe(code);
    expect(answers).toContain(String(status));
    expect(written()).toEqual(before);
  });
});

test("an unknown address is a problem too, and every answer carries the headers", async () => {
  const answers = [
    await house.call("GET", "/api/v1/nowhere"),
    await house.call("GET", "/.well-known/jwks.json"),
    await house.call("POST", "/api/v1/auth/login", { raw: "{" }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([404, 200, 400]);
  for (const { headers } of answers) {
    expect(headers.get("strict-transport-security")).toContain("max-age=31536000");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-request-id")).toMatch(/^[\w-]+$/);
  }
  const own = await house.call("GET", "/api/v1/nowhere", { headers: { "x-request-id": "from-the-gateway" } });
  expect(own.headers.get("x-request-id")).toBe("from-the-gateway");
});

test("the service secret opens the feed, nothing else does", async () => {
  const path = "/api/v1/auth/internal/revocations?since=0";
  for (const authorization of [
    "",
    "Service wrong",
    `Bearer ${mary.token}`,
    `Operator ${house.settings.operatorSecret}`,
  ])
    expect((await house.call("GET", path, { headers: { authorization } })).status).toBe(401);
});
