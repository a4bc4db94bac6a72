import type { AccountContact } from "../../platform/identity/accounts.ts";
import type { Mail } from "../../platform/mail/mail.ts";
import { type Log, reason } from "../../platform/telemetry/logging.ts";
import type { PushNotices } from "../push/service.ts";
import type { Delivery, DeliveryRepository } from "./repository.ts";
import type { Unsubscribing } from "./unsubscribing.ts";

export type DeliveryParts = {
  repository: DeliveryRepository;
  contact: AccountContact;
  mail: Mail;
  push: PushNotices;
  unsubscribing: Pick<Unsubscribing, "link">;
  url: string;
  log: Log;
};
const mostTries = 6;

/** Takes notices to people by mail and push; who is being erased has no address, and nothing goes to them. */
export class Deliveries {
  constructor(private readonly parts: DeliveryParts) {}

  /** Delivers what is due. */
  async work(): Promise<void> {
    for (const found of await this.parts.repository.due()) {
      const taken = await this.parts.repository.take(found);
      if (taken) await this.deliver(taken);
    }
  }

  private async deliver(taken: Delivery): Promise<void> {
    const { repository, log } = this.parts;
    try {
      await (taken.channel === "mail" ? this.byMail(taken) : this.parts.push.send(taken.uid, taken));
      await repository.remove(taken);
    } catch (error) {
      const place = { user: taken.uid, channel: taken.channel, tries: taken.tries, reason: reason(error) };
      log("warning", "delivery_failed", place);
      if (taken.tries >= mostTries) return await repository.remove(taken);
      await repository.setAside(taken, 30 * 2 ** taken.tries);
    }
  }

  private async byMail({ uid, about, title, body }: Delivery): Promise<void> {
    const { contact, mail, unsubscribing, url } = this.parts;
    const to = await contact.verifiedAddress(uid);
    if (!to) return;
    const unsubscribe = about && unsubscribing.link(uid, about);
    const ends = unsubscribe
      ? `this ends it, without signing in:\n${unsubscribe}`
      : "your notification settings end that.";
    const text = `${body}\n\n${url}\n\nYou chose to be told by mail: ${ends}\n`;
    await mail.send({ to, subject: title, text, kind: "notification", unsubscribe });
  }
}
