import { createHash, createHmac } from "node:crypto";
import type { Credentials } from "./credentials.ts";

export type Signable = { method: string; url: URL; headers: Record<string, string>; body: string };

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();

/** AWS Signature Version 4. The signing key is kept for its day and secret, because deriving it costs four HMACs. */
export class Signer {
  private kept: { name: string; key: Buffer } | undefined;

  constructor(
    private readonly region: string,
    private readonly service: string,
  ) {}

  /** Returns the headers to send, `authorization` included. */
  sign(request: Signable, credentials: Credentials, nowMs: number): Record<string, string> {
    const stamp = new Date(nowMs).toISOString().replace(/[-:]|\.\d{3}/g, "");
    const headers: Record<string, string> = { ...request.headers, host: request.url.host, "x-amz-date": stamp };
    if (credentials.sessionToken) headers["x-amz-security-token"] = credentials.sessionToken;
    const names = Object.keys(headers).sort();
    const signed = names.join(";");
    const canonical = [
      request.method,
      request.url.pathname || "/",
      canonicalQuery(request.url),
      ...names.map((name) => `${name}:${(headers[name] ?? "").trim().replace(/ +/g, " ")}`),
      "",
      signed,
      sha256(request.body),
    ].join("\n");
    const scope = `${stamp.slice(0, 8)}/${this.region}/${this.service}/aws4_request`;
    const toSign = ["AWS4-HMAC-SHA256", stamp, scope, sha256(canonical)].join("\n");
    const signature = hmac(this.signingKey(stamp.slice(0, 8), credentials.secretAccessKey), toSign).toString("hex");
    const credential = `${credentials.accessKeyId}/${scope}`;
    headers.authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signed}, Signature=${signature}`;
    return headers;
  }

  private signingKey(day: string, secret: string): Buffer {
    const name = `${day}|${secret}`;
    if (this.kept?.name === name) return this.kept.key;
    const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, day), this.region), this.service), "aws4_request");
    this.kept = { name, key };
    return key;
  }
}

function canonicalQuery(url: URL): string {
  const encode = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return [...url.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join("&");
}
