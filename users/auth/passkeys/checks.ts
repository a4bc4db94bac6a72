import type { Log } from "../../platform/telemetry/logging.ts";
import type { Assertion, StoredPasskey } from "./models.ts";
import type { PasskeyRepository } from "./repository.ts";
import { challengeIn, type WebAuthn } from "./webauthn.ts";

export type Used = { passkey: StoredPasskey; userVerified: boolean; amr: string[] };

/** Asks for a passkey, and says whose was shown. */
export class PasskeyChecks {
  constructor(
    private readonly repository: PasskeyRepository,
    private readonly webauthn: WebAuthn,
    private readonly log: Log,
  ) {}

  /** What a browser needs to use a passkey: any of this site, or one of this user. */
  async options(uid?: string) {
    const options = await this.webauthn.signInOptions(uid ? await this.repository.list(uid) : []);
    await this.repository.keepChallenge(options.challenge, "use", uid);
    return options;
  }

  /** Undefined when it is unknown, of somebody else, replayed, of another site, or a copy; the log says which passkey. */
  async used(assertion: Assertion, uid?: string): Promise<Used | undefined> {
    const challenge = challengeIn(assertion.response.clientDataJSON);
    const passkey = await this.repository.byCredential(assertion.id);
    const isOurs = await this.repository.useChallenge(challenge, "use", passkey?.uid);
    if (!passkey || !isOurs || (uid !== undefined && passkey.uid !== uid)) return undefined;
    const done = await this.webauthn.used(assertion, challenge, passkey);
    if (!done || !(await this.repository.count(passkey, done.counter))) {
      this.log("warning", "passkey_refused", { user: passkey.uid, passkey: passkey.id });
      return undefined;
    }
    const { userVerified } = done;
    return { passkey, userVerified, amr: [passkey.synced ? "swk" : "hwk", ...(userVerified ? ["user"] : [])] };
  }
}
