import { hash } from "../../platform/hashes.ts";
import { sealText, unsealText } from "../../platform/secrets/sealing.ts";

const place = "known-device";

/** Devices that have logged in before count their tries apart, so that a stranger cannot lock the owner out. */
export class KnownDevices {
  constructor(private readonly key: Uint8Array) {}

  /** A token for this device and account; nothing is stored. */
  tokenFor(account: string): string {
    return Buffer.from(sealText(this.key, account, place)).toString("base64url");
  }

  /** The counter to use: the account's, or that of this known device at the account. */
  counterOf(account: string, token: string | undefined): string {
    return token && this.belongs(token, account) ? `${account}|${hash(token)}` : account;
  }

  private belongs(token: string, account: string): boolean {
    try {
      return unsealText(this.key, new Uint8Array(Buffer.from(token, "base64url")), place) === account;
    } catch {
      return false;
    }
  }
}
