import { reason } from "../telemetry/logging.ts";
import { StoreUnavailable } from "./table.ts";

export type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
/** Asked before every call, so that a call never carries credentials that have ended. */
export type CredentialSource = () => Promise<Credentials>;
/** Where Amazon, or who stands in for it, is reached, and as whom. */
export type Reach = { endpoint: string; region: string; credentials: CredentialSource };
export type GivenCredentials = {
  AWS_ACCESS_KEY_ID?: string;
  AWS_SECRET_ACCESS_KEY?: string;
  AWS_SESSION_TOKEN?: string;
};

export const isOnThisMachine = (url: string): boolean => loopback.test(url);
const loopback = /^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])(:|\/|$)/;

/** A store on this machine takes any credentials, so none are looked for; for Amazon, the chain of its SDK is used. */
export function credentialsFor(url: string, given: GivenCredentials): CredentialSource {
  if (!loopback.test(url)) return chain();
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = given;
  const named = accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
  const fixed = named ? { ...named, sessionToken: given.AWS_SESSION_TOKEN } : embedded;
  return async () => fixed;
}

const embedded: Credentials = { accessKeyId: "embedded", secretAccessKey: "embedded" };

/**
 * Looks in the environment, the profile (SSO among them), web identity, container and instance, in this order. The
 * library keeps what it finds and fetches new credentials in the background, five minutes before the old ones end. The
 * first call loads it, so that a platform without Amazon never pays for it.
 */
function chain(): CredentialSource {
  let provider: CredentialSource | undefined;
  return async () => {
    try {
      const { fromNodeProviderChain } = await import("@aws-sdk/credential-providers");
      provider ??= fromNodeProviderChain({ maxRetries: 3 });
      return await provider();
    } catch (error) {
      throw new StoreUnavailable(`there are no AWS credentials: ${reason(error)}`);
    }
  };
}
