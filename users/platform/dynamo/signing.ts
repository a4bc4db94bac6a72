import { AwsV4Signer } from "aws4fetch";
import type { Credentials } from "./credentials.ts";

export type Signable = { method: string; url: URL; headers: Record<string, string>; body: string };

/** Each day and each set of credentials has a signing key of its own; the old ones are of no use any more. */
const mostKeys = 8;

/** Signs calls with AWS Signature Version 4. Signing keys are kept, because deriving one costs four HMACs. */
export class Signer {
  private readonly signingKeys = new Map<string, ArrayBuffer>();

  constructor(
    private readonly region: string,
    private readonly service: string,
  ) {}

  /** Answers the headers to send, `authorization` included. */
  async sign(request: Signable, credentials: Credentials, nowMs: number): Promise<Headers> {
    if (this.signingKeys.size > mostKeys) this.signingKeys.clear();
    const { region, service, signingKeys: cache } = this;
    const { accessKeyId, secretAccessKey, sessionToken } = credentials;
    const datetime = new Date(nowMs).toISOString().replace(/[-:]|\.\d{3}/g, "");
    const { method, headers, body } = request;
    const url = request.url.href;
    const identity = { accessKeyId, secretAccessKey, sessionToken };
    const signer = new AwsV4Signer({ method, url, headers, body, ...identity, region, service, cache, datetime });
    return (await signer.sign()).headers;
  }
}
