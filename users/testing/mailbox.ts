import type { Delivered } from "../platform/mail/mail.ts";
import type { Harness } from "./harness.ts";

/** What people find in their mail. */
export class Mailbox {
  readonly letters: Delivered[] = [];

  constructor(private readonly house: Harness) {}

  /** The messages of somebody, the newest last, after everything that waited has come. */
  async of(address: string): Promise<Delivered[]> {
    while ((await this.house.composed.mail.deliver(async (letter) => void this.letters.push(letter))) > 0);
    return this.letters.filter(({ to }) => to === address);
  }

  /** The secret of the newest link of a kind. */
  async secret(address: string, kind: string): Promise<string> {
    const found = (await this.of(address)).findLast((letter) => letter.kind === kind);
    const secret = /#\w+=([\w-]+)/.exec(found?.text ?? "")?.[1];
    if (!secret) throw new Error(`${address} got no ${kind}`);
    return secret;
  }
}
