import { expect, test } from "bun:test";
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

test.each(vectors)("signs %s %s as published", async (method, url, signature) => {
  const headers = await new Signer("us-east-1", "service").sign(request(method, url), credentials, at);
  expect(headers.get("authorization")).toBe(
    `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`,
  );
});

test("signs the session token when there is one", async () => {
  const role = { ...credentials, sessionToken: "token" };
  const wanted = request("GET", "https://example.amazonaws.com/");
  const headers = await new Signer("us-east-1", "service").sign(wanted, role, at);
  expect(headers.get("x-amz-security-token")).toBe("token");
  expect(headers.get("authorization")).toContain("SignedHeaders=host;x-amz-date;x-amz-security-token");
});

test("a kept signing key serves its own day and credentials only", async () => {
  const signer = new Signer("us-east-1", "service");
  const wanted = request("GET", "https://example.amazonaws.com/");
  const first = await signer.sign(wanted, credentials, at);
  const signatures = new Set<string | null>();
  for (let day = 0; day < 20; day++)
    signatures.add((await signer.sign(wanted, credentials, at + day * 86_400_000)).get("authorization"));
  signatures.add((await signer.sign(wanted, { ...credentials, secretAccessKey: "other" }, at)).get("authorization"));
  expect(signatures.size).toBe(21);
  expect((await signer.sign(wanted, credentials, at)).get("authorization")).toBe(first.get("authorization"));
});
