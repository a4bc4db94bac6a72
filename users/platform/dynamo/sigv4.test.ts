import { expect, test } from "bun:test";
import { Signer } from "./sigv4.ts";

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

test.each(vectors)("signs %s %s as published", (method, url, signature) => {
  const signer = new Signer(credentials, "us-east-1", "service");
  const headers = signer.sign({ method, url: new URL(url), headers: {}, body: "" }, at);
  expect(headers.authorization).toBe(
    `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`,
  );
});

test("signs the session token when there is one", () => {
  const signer = new Signer({ ...credentials, sessionToken: "token" }, "us-east-1", "service");
  const headers = signer.sign(
    { method: "GET", url: new URL("https://example.amazonaws.com/"), headers: {}, body: "" },
    at,
  );
  expect(headers["x-amz-security-token"]).toBe("token");
  expect(headers.authorization).toContain("SignedHeaders=host;x-amz-date;x-amz-security-token");
});
