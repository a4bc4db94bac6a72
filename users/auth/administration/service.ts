import type { Attributes } from "../../platform/dynamo/table.ts";
import type { Role } from "../../platform/identity/permissions.ts";
import type { SessionIssuer } from "../../platform/identity/sessions.ts";
import type { Mail } from "../../platform/mail/mail.ts";
import { notFound, Problem, unauthenticated } from "../../platform/problems.ts";
import type { Log } from "../../platform/telemetry/logging.ts";
import type { StoredUser } from "../accounts/models.ts";
import type { UserRepository } from "../accounts/repository.ts";
import { sameRoles } from "../accounts/service.ts";
import type { Letters } from "../letters.ts";
import type { Listed, Status } from "./models.ts";
import type { Act, AdministrationRepository, Outcome, PageWanted } from "./repository.ts";

export type { Audited, Listed, Status } from "./models.ts";
export type AdministrationParts = {
  users: UserRepository;
  repository: AdministrationRepository;
  sessions: SessionIssuer;
  letters: Letters;
  mail: Mail;
  log: Log;
};
export type Deed = { actor: string; target: string; reason: string };

/** What administrators do to accounts. Each deed ends the sessions of whom it touches, and stands in their audit. */
export class Administration {
  constructor(private readonly parts: AdministrationParts) {}

  async list(by: { status?: Status | undefined; email?: string | undefined }, wanted: PageWanted) {
    const { repository, users } = this.parts;
    if (by.email === undefined) return repository.list(by.status, wanted);
    const found = await users.byEmail(by.email);
    const items: Omit<Listed, "gsi1sk">[] = found ? [found] : [];
    return { items, next: undefined as Attributes | undefined };
  }

  audit(uid: string, wanted: PageWanted) {
    return this.parts.repository.audit(uid, wanted);
  }

  async approve(deed: Deed): Promise<StoredUser> {
    const { repository, letters, mail } = this.parts;
    return this.carryOut(deed, "user.approved", async (user, act) => {
      if (user.approval === undefined || user.approval === "approved") throw nothingToDo("is approved");
      const besides = [mail.entry(letters.approved(user.email))];
      return repository.approve(user, { ...act, besides });
    });
  }

  async deny(deed: Deed): Promise<StoredUser> {
    const { repository, letters, mail } = this.parts;
    return this.carryOut(deed, "user.denied", async (user, act) => {
      if (user.approval !== "waiting") throw nothingToDo("does not wait for approval");
      const besides = [mail.entry(letters.denied(user.email, deed.reason))];
      return repository.deny(user, { ...act, besides });
    });
  }

  async disable(deed: Deed): Promise<StoredUser> {
    return this.carryOut(deed, "user.disabled", async (user, act) => {
      if (user.disabled) throw nothingToDo("is disabled");
      return this.parts.repository.disable(user, act);
    });
  }

  async enable(deed: Deed): Promise<StoredUser> {
    return this.carryOut(deed, "user.enabled", async (user, act) => {
      if (!user.disabled) throw nothingToDo("is not disabled");
      return this.parts.repository.enable(user, act);
    });
  }

  async setRoles(deed: Deed, roles: readonly Role[], traceparent: string): Promise<StoredUser> {
    return this.carryOut(deed, "user.roles_changed", async (user, act) => {
      if (sameRoles(user.roles, roles)) throw nothingToDo("has these roles");
      return this.parts.repository.setRoles(user, roles, act, traceparent);
    });
  }

  private async carryOut(
    { actor: actorId, target, reason }: Deed,
    event: string,
    write: (user: StoredUser, act: Act) => Promise<Outcome>,
  ): Promise<StoredUser> {
    const { users, sessions, log } = this.parts;
    const actor = await users.byId(actorId);
    if (!actor || actor.disabled || !actor.roles.includes("administrator")) throw unauthenticated();
    const user = await users.byId(target);
    if (!user) throw notFound("user");
    const outcome = await write(user, { actor, event, reason });
    if (outcome === "last_administrator")
      throw new Problem(409, "last_administrator", "The last administrator stays: make somebody else one first.");
    if (outcome === "seen_stale")
      throw new Problem(409, "conflict", "The account is being changed by somebody else: look at it and try again.");
    await sessions.endAll(target, event === "user.roles_changed" ? "roles" : "disabled");
    log("info", event.replace(".", "_"), { user: target, by: actorId });
    const changed = await users.byId(target);
    if (!changed) throw notFound("user");
    return changed;
  }
}

const nothingToDo = (how: string) => new Problem(409, "nothing_to_do", `The account ${how}.`);
