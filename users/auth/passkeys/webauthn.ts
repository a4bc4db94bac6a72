import type { Assertion, Attestation, StoredPasskey } from "./models.ts";

export type Site = { id: string; origins: readonly string[] };
export type Owner = { uid: string; email: string; name: string };
export type NewCredential = Pick<
  StoredPasskey,
  "credential" | "publicKey" | "counter" | "aaguid" | "transports" | "synced"
> & { userVerified: boolean };

type Transports = ("ble" | "cable" | "hybrid" | "internal" | "nfc" | "smart-card" | "usb")[];
const library = () => import("@simplewebauthn/server");
const timeout = 300_000;

/** The rules of WebAuthn, by @simplewebauthn/server, for one site. It is loaded when somebody first needs it. */
export class WebAuthn {
  constructor(private readonly site: Site) {}

  async registrationOptions({ uid, email, name }: Owner, known: readonly StoredPasskey[]) {
    const { generateRegistrationOptions } = await library();
    return generateRegistrationOptions({
      rpName: "bellwether",
      rpID: this.site.id,
      userName: email,
      userDisplayName: name,
      userID: new Uint8Array(Buffer.from(uid)),
      attestationType: "none",
      excludeCredentials: known.map(described),
      authenticatorSelection: { residentKey: "required", userVerification: "preferred" },
      timeout,
    });
  }

  async signInOptions(known: readonly StoredPasskey[]) {
    const { generateAuthenticationOptions } = await library();
    const allowed = known.length > 0 ? { allowCredentials: known.map(described) } : {};
    return generateAuthenticationOptions({ rpID: this.site.id, userVerification: "preferred", timeout, ...allowed });
  }

  /** What was made, or undefined when it is not as it must be. */
  async registered(response: Attestation, challenge: string): Promise<NewCredential | undefined> {
    const { verifyRegistrationResponse } = await library();
    const { transports = [], ...rest } = response.response;
    const found = await verifyRegistrationResponse({
      response: { ...response, response: rest, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: [...this.site.origins],
      expectedRPID: this.site.id,
      requireUserVerification: false,
    }).catch(() => undefined);
    if (!found?.verified) return undefined;
    const { credential, aaguid, credentialDeviceType, userVerified } = found.registrationInfo;
    const { id, publicKey, counter } = credential;
    const synced = credentialDeviceType === "multiDevice";
    return { credential: id, publicKey: new Uint8Array(publicKey), counter, aaguid, transports, synced, userVerified };
  }

  /** The counter after this use, and whether the user was verified; undefined when it is not as it must be. */
  async used(response: Assertion, challenge: string, passkey: StoredPasskey) {
    const { verifyAuthenticationResponse } = await library();
    const found = await verifyAuthenticationResponse({
      response: { ...response, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: [...this.site.origins],
      expectedRPID: this.site.id,
      credential: {
        id: passkey.credential,
        publicKey: new Uint8Array(passkey.publicKey),
        counter: passkey.counter,
      },
      requireUserVerification: false,
    }).catch(() => undefined);
    if (!found?.verified) return undefined;
    const { newCounter, userVerified } = found.authenticationInfo;
    return { counter: newCounter, userVerified };
  }
}

const described = ({ credential, transports }: StoredPasskey) => ({
  id: credential,
  transports: transports.filter(isTransport) as Transports,
});
const isTransport = (name: string) => ["ble", "cable", "hybrid", "internal", "nfc", "smart-card", "usb"].includes(name);

/** The challenge that a browser says it answers; whether it was ours, the store knows. */
export function challengeIn(clientDataJSON: string): string {
  try {
    const said: unknown = JSON.parse(Buffer.from(clientDataJSON, "base64url").toString("utf8"));
    if (typeof said !== "object" || said === null || !("challenge" in said)) return "";
    return typeof said.challenge === "string" ? said.challenge : "";
  } catch {
    return "";
  }
}
