import type { Limit, RateLimits } from "../../platform/http/rate-limits.ts";
import type { SessionIssuer } from "../../platform/identity/sessions.ts";
import { uuid } from "../../platform/ids.ts";
import type { Mail } from "../../platform/mail/mail.ts";
import { Problem } from "../../platform/problems.ts";
import type { Log } from "../../platform/telemetry/logging.ts";
import type { StoredUser } from "../accounts/models.ts";
import type { UserRepository } from "../accounts/repository.ts";
import type { Letters } from "../letters.ts";
import type { LinkRepository } from "../links/repository.ts";
import { linkRefused } from "../problems.ts";
import type { AddressRepository } from "./repository.ts";

export type AddressesParts = {
  users: UserRepository;
  repository: AddressRepository;
  links: LinkRepository;
  letters: Letters;
  mail: Mail;
  sessions: SessionIssuer;
  limits: RateLimits;
  allowed: { links: Limit; mail: Limit };
  log: Log;
};

/** Whose an address is: proved by a link that was mailed to it. */
export class Addresses {
  constructor(private readonly parts: AddressesParts) {}

  /** Writes to somebody who has just registered, or to whom the address belongs already. */
  async greet(user: StoredUser, isNew: boolean): Promise<void> {
    const { links, letters, mail, repository } = this.parts;
    if (!(await this.mayWrite(user.email))) return;
    const { token, write } = links.issue("verify", { uid: user.uid, email: user.email, mark: "" });
    const writes = isNew
      ? [write, mail.entry(letters.verification(user.email, token))]
      : [links.decoy("verify"), mail.entry(letters.alreadyRegistered(user.email))];
    await repository.store(writes);
  }

  /** The same answer and the same work whether the address waits to be verified or not. */
  async resend(email: string, address: string): Promise<void> {
    const { limits, allowed, users, links, letters, mail, repository } = this.parts;
    await limits.take(allowed.links, address);
    const mayWrite = await this.mayWrite(email);
    const user = (await users.byEmail(email)) ?? (await users.byId(uuid(0)));
    if (!mayWrite) return;
    if (!user || user.verified || user.disabled) {
      await repository.store([links.decoy("verify"), links.decoy("verify")]);
      return;
    }
    const { token, write } = links.issue("verify", { uid: user.uid, email: user.email, mark: "" });
    await repository.store([write, mail.entry(letters.verification(user.email, token))]);
  }

  async verify(token: string, address: string): Promise<void> {
    const { limits, allowed, users, links, repository, log } = this.parts;
    await limits.take(allowed.links, address);
    const link = await links.read("verify", token);
    const user = link && (await users.byId(link.uid));
    if (!link || !user || user.email !== link.email) throw linkRefused();
    if (!(await repository.verify(user, links.use("verify", token, link)))) throw linkRefused();
    log("info", "address_verified", { user: user.uid });
  }

  /** The link goes to the new address; nothing changes before it is opened. */
  async askForChange(uid: string, email: string): Promise<void> {
    const { users, links, letters, mail, repository } = this.parts;
    const user = await users.byId(uid);
    if (!user) throw linkRefused();
    if (!(await this.mayWrite(email))) return;
    const isTaken = (await users.byEmail(email)) !== undefined;
    const { token, write } = links.issue("email", { uid, email, mark: user.email });
    const message = isTaken ? letters.alreadyRegistered(email) : letters.emailChange(email, token);
    await repository.store([isTaken ? links.decoy("email") : write, mail.entry(message)]);
  }

  async change(token: string, address: string): Promise<void> {
    const { limits, allowed, users, links, letters, mail, repository, sessions, log } = this.parts;
    await limits.take(allowed.links, address);
    const link = await links.read("email", token);
    const user = link && (await users.byId(link.uid));
    if (!link || !user || user.email !== link.mark || user.disabled) throw linkRefused();
    const besides = [links.use("email", token, link), mail.entry(letters.emailChanged(user.email))];
    if (!(await repository.change(user, link.email, besides)))
      throw new Problem(409, "account_changed", "The link was used, or the address has been taken in the meantime.");
    await sessions.endAll(user.uid, "password");
    log("info", "email_changed", { user: user.uid });
  }

  /** Nobody can fill somebody's mailbox; beyond the limit the answer is the same and nothing is sent. */
  private mayWrite(email: string): Promise<boolean> {
    return this.parts.limits.allows(this.parts.allowed.mail, this.parts.users.normalAddress({ email }));
  }
}
