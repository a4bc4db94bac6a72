import { z } from "zod";
import { bytes } from "../../platform/dynamo/values.ts";

export const passkeyItem = z.object({
  uid: z.string(),
  id: z.string(),
  /** As the authenticator names it. */
  credential: z.string(),
  publicKey: bytes,
  counter: z.number(),
  aaguid: z.string(),
  transports: z.array(z.string()),
  /** Whether it may wander between devices, as those that a phone keeps in its cloud. */
  synced: z.boolean(),
  name: z.string(),
  created: z.number(),
  used: z.number().optional(),
});
export type StoredPasskey = z.infer<typeof passkeyItem>;

/** What a browser answers when a passkey is made. */
export type Attestation = {
  id: string;
  rawId: string;
  type: "public-key";
  response: { clientDataJSON: string; attestationObject: string; transports?: string[] | undefined };
};
/** What a browser answers when a passkey is used. */
export type Assertion = {
  id: string;
  rawId: string;
  type: "public-key";
  response: { clientDataJSON: string; authenticatorData: string; signature: string };
};
