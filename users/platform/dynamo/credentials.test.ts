import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { freePort, until } from "../../testing/servers.ts";
import { DynamoTable } from "./client.ts";
import { credentialsFor } from "./credentials.ts";
import { StoreUnavailable } from "./table.ts";

/** The address that Amazon's machines ask for the credentials of their role, as it answers there (IMDSv2). */
const asked: string[] = [];
let issued = 0;
let lifeSeconds = 3_600;
const metadata = Bun.serve({
  port: await freePort(),
  hostname: "127.0.0.1",
  fetch(request) {
    const { pathname } = new URL(request.url);
    asked.push(`${request.method} ${pathname}`);
    if (pathname === "/latest/api/token") return new Response("session-of-the-metadata-service");
    if (pathname.endsWith("/security-credentials/")) return new Response("bellwether-users");
    issued += 1;
    return Response.json({
      Code: "Success",
      AccessKeyId: `ASIA${issued}`,
      SecretAccessKey: `secret${issued}`,
      Token: `token${issued}`,
      Expiration: new Date(Date.now() + lifeSeconds * 1000).toISOString(),
    });
  },
});
const address = `http://127.0.0.1:${metadata.port}`;
const names = [
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_PROFILE",
  "AWS_CONFIG_FILE",
  "AWS_SHARED_CREDENTIALS_FILE",
  "AWS_EC2_METADATA_SERVICE_ENDPOINT",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
];
const before = names.map((name): [string, string | undefined] => [name, process.env[name]]);
function put(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
beforeEach(() => {
  for (const name of names) delete process.env[name];
  process.env.AWS_CONFIG_FILE = process.env.AWS_SHARED_CREDENTIALS_FILE = "/nowhere";
  process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT = address;
  asked.length = 0;
  lifeSeconds = 3_600;
});
afterAll(() => {
  for (const [name, value] of before) put(name, value);
  return metadata.stop(true);
});

describe("a store on this machine", () => {
  test("takes what the settings give, or a word for it, and nobody else is asked", async () => {
    for (const url of ["http://127.0.0.1:18000", "http://localhost:18000", "http://[::1]:18000"])
      expect(await credentialsFor(url, {})()).toEqual({
        accessKeyId: "embedded",
        secretAccessKey: "embedded",
      });
    const given = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "key", AWS_SESSION_TOKEN: "token" };
    const expected = { accessKeyId: "id", secretAccessKey: "key", sessionToken: "token" };
    expect(await credentialsFor("http://127.0.0.1:18000", given)()).toEqual(expected);
    expect(asked).toEqual([]);
  });
});

describe("Amazon's chain", () => {
  const amazon = "https://dynamodb.eu-west-1.amazonaws.com";
  test("takes the environment first", async () => {
    put("AWS_ACCESS_KEY_ID", "AKIA");
    put("AWS_SECRET_ACCESS_KEY", "key");
    put("AWS_SESSION_TOKEN", "token");
    const found = await credentialsFor(amazon, {})();
    expect(found).toMatchObject({ accessKeyId: "AKIA", secretAccessKey: "key", sessionToken: "token" });
    expect(asked).toEqual([]);
  });

  test("asks the machine for the credentials of its role, once", async () => {
    const source = credentialsFor(amazon, {});
    const found = await Promise.all([source(), source()]);
    for (const one of found)
      expect(one).toMatchObject({ accessKeyId: `ASIA${issued}`, sessionToken: `token${issued}` });
    expect(await source()).toBe(found[0]);
    expect(asked).toEqual([
      "PUT /latest/api/token",
      "GET /latest/meta-data/iam/security-credentials/",
      "GET /latest/meta-data/iam/security-credentials/bellwether-users",
    ]);
  });

  test("asks the address that a container is given", async () => {
    put("AWS_CONTAINER_CREDENTIALS_FULL_URI", `${address}/role-of-the-task`);
    expect(await credentialsFor(amazon, {})()).toMatchObject({ sessionToken: `token${issued}` });
    expect(asked).toEqual(["GET /role-of-the-task"]);
  });

  test("without any credentials the store is unavailable, with the reason", async () => {
    put("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/");
    const refused = await credentialsFor(amazon, {})().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StoreUnavailable);
    expect(String(refused)).toContain("there are no AWS credentials");
  });

  test("credentials that are about to end are fetched anew, and the calls carry the new session token", async () => {
    const tokens: (string | null)[] = [];
    const store = Bun.serve({
      port: await freePort(),
      hostname: "127.0.0.1",
      fetch(request) {
        tokens.push(request.headers.get("x-amz-security-token"));
        expect(request.headers.get("authorization")).toContain("x-amz-security-token");
        return Response.json({});
      },
    });
    lifeSeconds = 60;
    const credentials = credentialsFor(amazon, {});
    const table = new DynamoTable({ url: store.url.href, region: "eu-west-1", table: "t", credentials });
    await table.get({ pk: "a", sk: "b" });
    const first = issued;
    lifeSeconds = 3_600;
    await until(async () => {
      await table.get({ pk: "a", sk: "b" });
      return tokens.at(-1) !== `token${first}`;
    });
    await table.get({ pk: "a", sk: "b" });
    expect(tokens.at(-1)).toBe(`token${first + 1}`);
    expect(issued).toBe(first + 1);
    await store.stop(true);
  });
});
