import { hash } from "../../platform/hashes.ts";
import type { Limit, RateLimits } from "../../platform/http/rate-limits.ts";
import type { SecondFactor } from "../../platform/identity/second-factor.ts";
import type { SessionIssuer } from "../../platform/identity/sessions.ts";
import { uuid } from "../../platform/ids.ts";
import type { Mail } from "../../platform/mail/mail.ts";
import { Problem } from "../../platform/problems.ts";
import type { Log } from "../../platform/telemetry/logging.ts";
import type { StoredUser } from "../accounts/models.ts";
import type { UserRepository } from "../accounts/repository.ts";
import type { Letters } from "../letters.ts";
import type { LinkRepository } from "../links/repository.ts";
import type { Hasher } from "../passwords/hasher.ts";
import type { PasswordPolicy } from "../passwords/policy.ts";
import { linkRefused } from "../problems.ts";
import type { RecoveryRepository } from "./repository.ts";

export type RecoveryParts = {
  users: UserRepository;
  repository: RecoveryRepository;
  links: LinkRepository;
  letters: Letters;
  mail: Mail;
  sessions: SessionIssuer;
  hasher: Hasher;
  passwords: PasswordPolicy;
  factor: SecondFactor;
  limits: RateLimits;
  allowed: { links: Limit; mail: Limit; factor: Limit };
  log: Log;
};
export type Reset = { token: string; password: string; code: string | undefined; address: string };

/** A new password for whoever has the address, and the second factor where there is one. */
export class Recovery {
  constructor(private readonly parts: RecoveryParts) {}

  /** The same answer and the same work whether the address is known or not. */
  async forgot(email: string, address: string): Promise<void> {
    const { limits, allowed, users, links, letters, mail, repository } = this.parts;
    await limits.take(allowed.links, address);
    const mayWrite = await limits.allows(allowed.mail, users.normalAddress({ email }));
    const user = (await users.byEmail(email)) ?? (await users.byId(uuid(0)));
    if (!mayWrite) return;
    if (!user || user.disabled) {
      await repository.store([links.decoy("reset"), links.decoy("reset")]);
      return;
    }
    const { token, write } = links.issue("reset", { uid: user.uid, email: user.email, mark: markOf(user) });
    await repository.store([write, mail.entry(letters.reset(user.email, token))]);
  }

  async reset({ token, password, code, address }: Reset): Promise<void> {
    const { limits, allowed, users, links, letters, mail, repository, sessions, hasher, passwords, log } = this.parts;
    await limits.take(allowed.links, address);
    const link = await links.read("reset", token);
    const user = link && (await users.byId(link.uid));
    if (!link || !user || user.disabled || markOf(user) !== link.mark) throw linkRefused();
    await passwords.refuseWeak(password, user);
    await this.proveFactor(user, token, code);
    const besides = [links.use("reset", token, link), mail.entry(letters.passwordChanged(user.email))];
    if (!(await repository.reset(user, await hasher.hash(password), besides))) throw linkRefused();
    await sessions.endAll(user.uid, "password");
    log("info", "password_reset", { user: user.uid });
  }

  private async proveFactor({ uid }: StoredUser, token: string, code: string | undefined): Promise<void> {
    const { factor, limits, allowed } = this.parts;
    if (!(await factor.isOn(uid))) return;
    if (code === undefined) throw missingFactor();
    await limits.take(allowed.factor, token);
    if (!(await factor.verify(uid, code)))
      throw new Problem(401, "second_factor_wrong", "The code is wrong or was used before.");
  }
}

const missingFactor = () =>
  new Problem(401, "second_factor_required", "Send a code of your second factor, or a recovery code, too.", {
    errors: [
      {
        row: null,
        field: "second_factor",
        code: "second_factor_required",
        message: "second_factor is missing",
        fix: "Send a code of the authenticator app, or a recovery code.",
      },
    ],
  });

/** A link counts for the password that was forgotten, and for no later one. */
const markOf = ({ uid, pw }: StoredUser) => hash(`${uid}|${pw}`);
