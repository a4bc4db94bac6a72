import { expect, test } from "bun:test";
import { AwsV4Signer } from "aws4fetch";
import { Signer } from "./signing.ts";

// Published by AWS in the Signature Version 4 test suite (aws-sig-v4-test-suite): get-vanilla, post-vanilla and
// get-vanilla-query-order-key-case, with its example credentials.
const credentials = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};
const at = Date.parse("2015-08-30T12:36:00Z");
const vectors: [string, string, string][] = [
  ["GET", "https://example.amazonaws.com/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"],
  ["POST", "https://example.amazonaws.com/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"],
  [
    "GET",
    "https://example.amazonaws.com/?Param2=value2&Param1=value1",
    "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
  ],
];
const request = (method: string, url: string) => ({ method, url: new URL(url), headers: {}, body: "" });

test.each(vectors)("signs %s %s as published", (method, url, signature) => {
  const headers = new Signer("us-east-1", "service").sign(request(method, url), credentials, at);
  expect(headers.authorization).toBe(
    `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`,
  );
});

test("signs the session token when there is one", () => {
  const role = { ...credentials, sessionToken: "token" };
  const wanted = request("GET", "https://example.amazonaws.com/");
  const headers = new Signer("us-east-1", "service").sign(wanted, role, at);
  expect(headers["x-amz-security-token"]).toBe("token");
  expect(headers.authorization).toContain("SignedHeaders=host;x-amz-date;x-amz-security-token");
});

test("a kept signing key serves its own day and credentials only", () => {
  const wanted = request("GET", "https://example.amazonaws.com/");
  const signBy = (signer: Signer, secretAccessKey: string, day: number) =>
    signer.sign(wanted, { ...credentials, secretAccessKey }, at + day * 86_400_000).authorization;
  const one = new Signer("us-east-1", "service");
  for (const [secret, day] of [
    ["a", 0],
    ["a", 1],
    ["b", 1],
    ["a", 0],
    ["b", 1],
  ] as const)
    expect(signBy(one, secret, day)).toBe(signBy(new Signer("us-east-1", "service"), secret, day));
});

test("signs calls to DynamoDB as aws4fetch does, an implementation that is not ours", async () => {
  const service = "dynamodb";
  const region = "eu-west-1";
  for (let n = 0; n < 50; n++) {
    const url = new URL(n % 2 ? "https://dynamodb.eu-west-1.amazonaws.com/" : "http://127.0.0.1:18000/");
    const headers = {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `DynamoDB_20120810.Operation${n}`,
      "x-spaced": `two  spaces ${n}`,
    };
    const body = JSON.stringify({ TableName: "table", Key: { pk: { S: `schäfer ${"x".repeat(n * 20)} 🐑` } } });
    const identity = {
      accessKeyId: `id${n}`,
      secretAccessKey: `key${n}`,
      sessionToken: n % 3 ? `token${n}/+=` : undefined,
    };
    const nowMs = at + n * 40_000_000;
    const datetime = new Date(nowMs).toISOString().replace(/[-:]|\.\d{3}/g, "");
    const asked = {
      method: "POST",
      url: url.href,
      headers,
      body,
      ...identity,
      region,
      service,
      datetime,
      allHeaders: true,
    };
    const expected = (await new AwsV4Signer(asked).sign()).headers.get("authorization");
    const signed = new Signer(region, service).sign({ method: "POST", url, headers, body }, identity, nowMs);
    expect(signed.authorization).toBe(expected ?? "");
  }
});
