import { type Clock, isoTime, seconds } from "../../platform/clock.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import {
  absent,
  all,
  any,
  compare,
  equal,
  type Key,
  present,
  type Table,
  TransactionCancelled,
  type Write,
} from "../../platform/dynamo/table.ts";
import { auditEntry } from "../../platform/events/audit.ts";
import { outboxEntry } from "../../platform/events/outbox.ts";
import { hash } from "../../platform/hashes.ts";
import type { Affiliations } from "../../platform/identity/accounts.ts";
import type { StoredUser } from "../accounts/models.ts";
import { type Identity, identityItem } from "../institutions/models.ts";

export type Made = "made" | "address_taken" | "identity_taken";
export type Removed = "removed" | "not_found" | "last_way_in";

/** Who somebody is, is the pair of issuer and subject; an address never is. */
export const identityId = (iss: string, sub: string): string => hash(JSON.stringify([iss, sub]));

const mostOfAUser = 50;

export class IdentityRepository implements Affiliations {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  async find(iss: string, sub: string): Promise<Identity | undefined> {
    const item = await this.table.get(keys.federated(identityId(iss, sub)));
    return item && identityItem.parse(item);
  }

  async of(uid: string): Promise<Identity[]> {
    const { pk } = keys.user(uid);
    const page = await this.table.query({ pk, prefix: keys.identityPrefix, limit: mostOfAUser, consistent: true });
    return page.items.map((item) => identityItem.parse(item));
  }

  async institutionsOf(uid: string): Promise<string[]> {
    return (await this.of(uid)).map(({ idp }) => idp);
  }

  /** A new user who comes by an institution, with an address that it has verified; all or nothing. */
  async register(user: StoredUser, identity: Identity, traceparent: string): Promise<Made> {
    const index = { gsi1pk: keys.userIndex(user.uid), gsi1sk: isoTime(this.clock()) };
    const outcome = await this.tryTransact([
      { put: { ...keys.emailGuard(user.email), uid: user.uid }, when: absent("pk") },
      ...this.linking(identity),
      { put: { ...keys.user(user.uid), ...user, ...index }, when: absent("pk") },
      auditEntry(this.clock, user.uid, "user.registered", user.uid, { idp: identity.idp }),
      outboxEntry(this.clock, "auth", {
        type: "users.user.registered.v1",
        subject: user.uid,
        actor: user.uid,
        data: { user_id: user.uid, roles: user.roles },
        traceparent,
      }),
    ]);
    if (!outcome) return "made";
    return outcome.failed(1) ? "identity_taken" : "address_taken";
  }

  /** Links to a user who has proved to be one; false when the identity is somebody's already or the user is gone. */
  async link(identity: Identity): Promise<boolean> {
    const isThere = all(present("pk"), any(absent("disabled"), equal("disabled", false)));
    const outcome = await this.tryTransact([
      { check: keys.user(identity.uid), when: isThere },
      ...this.linking(identity),
      auditEntry(this.clock, identity.uid, "identity.linked", identity.uid, { idp: identity.idp, id: identity.id }),
    ]);
    return !outcome;
  }

  /** What stays must open a way in: the password, or else another identity, which the same transaction looks at. */
  async remove(uid: string, id: string): Promise<Removed> {
    const found = await this.of(uid);
    if (!found.some((identity) => identity.id === id)) return "not_found";
    const others = found.filter((identity) => identity.id !== id).map((identity) => keys.identity(uid, identity.id));
    const withPassword: Write = { check: keys.user(uid), when: compare("pw", "<>", "") };
    for (const stays of [withPassword, ...others.map((key: Key): Write => ({ check: key, when: present("pk") }))]) {
      const outcome = await this.tryTransact([
        stays,
        { delete: keys.identity(uid, id), when: present("pk") },
        { delete: keys.federated(id), when: equal("uid", uid) },
        auditEntry(this.clock, uid, "identity.removed", uid, { id }),
      ]);
      if (!outcome) return "removed";
      if (outcome.failed(1)) return "not_found";
    }
    return "last_way_in";
  }

  private linking(identity: Identity): Write[] {
    return [
      { put: { ...keys.federated(identity.id), ...identity }, when: absent("pk") },
      { put: { ...keys.identity(identity.uid, identity.id), ...identity }, when: absent("pk") },
    ];
  }

  newIdentity(idp: string, iss: string, sub: string, uid: string): Identity {
    return { id: identityId(iss, sub), idp, iss, sub, uid, linked: seconds(this.clock) };
  }

  private async tryTransact(writes: readonly Write[]): Promise<TransactionCancelled | undefined> {
    try {
      await this.table.transact(writes);
      return undefined;
    } catch (error) {
      if (error instanceof TransactionCancelled && error.isRefusal) return error;
      throw error;
    }
  }
}
