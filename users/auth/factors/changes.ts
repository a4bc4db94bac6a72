import type { Attributes, Write } from "../../platform/dynamo/table.ts";
import type { SessionIssuer } from "../../platform/identity/sessions.ts";
import type { Caller } from "../../platform/identity/tokens.ts";
import type { Mail } from "../../platform/mail/mail.ts";
import { Problem, stepUpRequired, unauthenticated } from "../../platform/problems.ts";
import type { Log } from "../../platform/telemetry/logging.ts";
import type { StoredUser } from "../accounts/models.ts";
import type { UserRepository } from "../accounts/repository.ts";
import type { Origin } from "../signing-in/origin.ts";
import type { Proof, SignedIn, SigningIn } from "../signing-in/service.ts";
import { type FactorEvent, letterOn } from "./letters.ts";
import { hasFactor } from "./models.ts";
import type { FactorPolicy } from "./policy.ts";
import { hashOfCode, newCodes } from "./recovery-codes.ts";
import type { FactorRepository } from "./repository.ts";

export type ChangeParts = {
  users: UserRepository;
  repository: FactorRepository;
  sessions: SessionIssuer;
  signingIn: SigningIn;
  policy: FactorPolicy;
  mail: Mail;
  log: Log;
};
/** `codes` are shown this once. */
export type Changed = { session: SignedIn; codes: string[] | undefined };
type Change = { event: FactorEvent; set?: Attributes; add?: Record<string, number>; remove?: string[]; more?: Write[] };

export const changedMeanwhile = () =>
  new Problem(409, "account_changed", "The account has just been changed: look at it again, and try once more.");

/** What every change of second factors has in common. */
export class FactorChanges {
  constructor(private readonly parts: ChangeParts) {}

  /** The caller's account. Who has a second factor must have shown it to touch any. */
  async subject(caller: Caller): Promise<StoredUser> {
    const user = await this.parts.users.byId(caller.uid);
    if (!user || user.disabled) throw unauthenticated();
    if (hasFactor(user) && caller.acr !== "aal2") throw stepUpRequired("This needs two factors", 'acr_values="aal2"');
    return user;
  }

  /** With the first factor come recovery codes. */
  async add(user: StoredUser, change: Change, amr: readonly string[], from: Origin): Promise<Changed> {
    const codes = hasFactor(user) && user.recovery ? undefined : newCodes();
    const set = { ...change.set, ...(codes && { recovery: codes.map(hashOfCode) }) };
    const epoch = await this.written(user, { ...change, set });
    return { session: await this.renewed({ ...user, epoch }, { amr, acr: "aal2" }, from), codes };
  }

  /** With the last factor go the recovery codes; it stays where a role needs one. */
  async remove(user: StoredUser, change: Change, left: boolean, caller: Caller, from: Origin): Promise<SignedIn> {
    if (!left && this.parts.policy.requires(user.roles))
      throw new Problem(409, "last_factor", "Your role needs a second factor: enrol another one first.");
    const remove = [...(change.remove ?? []), ...(left ? [] : ["recovery"])];
    const epoch = await this.written(user, { ...change, remove });
    const { amr, authTime } = caller;
    return this.renewed({ ...user, epoch }, { amr, acr: caller.acr === "aal2" ? "aal2" : "aal1", authTime }, from);
  }

  async replaceCodes(user: StoredUser, caller: Caller, from: Origin): Promise<Changed> {
    if (!hasFactor(user))
      throw new Problem(409, "no_second_factor", "Recovery codes belong to a second factor: enrol one first.");
    const codes = newCodes();
    const set = { recovery: codes.map(hashOfCode) };
    const epoch = await this.written(user, { event: "recovery_codes_replaced", set });
    const { amr, authTime } = caller;
    return { session: await this.renewed({ ...user, epoch }, { amr, acr: "aal2", authTime }, from), codes };
  }

  private async written(user: StoredUser, { event, more = [], ...change }: Change): Promise<number> {
    const letter = this.parts.mail.entry(letterOn(event, user));
    if (!(await this.parts.repository.change(user, `user.${event}`, change, [...more, letter])))
      throw changedMeanwhile();
    this.parts.log("info", event, { user: user.uid });
    return user.epoch + 1;
  }

  private async renewed(user: StoredUser, proof: Proof, from: Origin): Promise<SignedIn> {
    await this.parts.sessions.endAll(user.uid, "factors");
    return this.parts.signingIn.open(user, proof, from);
  }
}
