import { z } from "zod";
import { type Clock, seconds } from "../../platform/clock.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import { itemsOf } from "../../platform/dynamo/partitions.ts";
import {
  absent,
  all,
  ConditionFailed,
  equal,
  type Item,
  type Key,
  present,
  type Table,
  TransactionCancelled,
  type Write,
} from "../../platform/dynamo/table.ts";
import { bytes } from "../../platform/dynamo/values.ts";
import { auditEntry } from "../../platform/events/audit.ts";
import { hash } from "../../platform/hashes.ts";
import { endedEntry } from "../../platform/identity/ended.ts";
import { sealText, unsealText } from "../../platform/secrets/sealing.ts";
import { LogoutRepository } from "./logout/repository.ts";
import { type ProviderClient, providerClient, sidOfClient, sidOfGrant } from "./models.ts";

const record = z.object({ sealed: bytes, consumed: z.number().optional() });
const pointer = z.object({ kind: z.string(), idHash: z.string() });
/** The session of the platform in which somebody consented. */
const consent = z.object({ uid: z.string(), sid: z.string(), epoch: z.number(), acr: z.string() });
export type Consent = z.infer<typeof consent>;
export type Payload = Record<string, unknown>;
export type Linked = { grantId?: string | undefined; uid?: string | undefined; userCode?: string | undefined };

const mostClients = 1_000;

/** What the provider of OpenID Connect keeps: sealed, under hashes, gone when it ends. */
export class ProviderRepository {
  constructor(
    private readonly table: Table,
    private readonly kek: Uint8Array,
    private readonly clock: Clock,
    readonly logouts = new LogoutRepository(table, clock),
  ) {}

  async put(kind: string, id: string, payload: Payload, life: number | undefined, linked: Linked): Promise<void> {
    const idHash = hash(id);
    const ttl = life === undefined ? undefined : seconds(this.clock) + life;
    const sealed = sealText(this.kek, JSON.stringify(payload), placeOf(kind, idHash));
    const writes: Write[] = [
      { update: keys.oidc(kind, idHash), change: { set: { sealed, ...(ttl !== undefined && { ttl }) } } },
    ];
    const point = (key: Key) => writes.push({ put: { ...key, kind, idHash, ttl } });
    if (linked.grantId) point(keys.oidcOfGrant(hash(linked.grantId), `${kind}#${idHash}`));
    if (linked.uid) point(keys.oidcPointer("uid", kind, hash(linked.uid)));
    if (linked.userCode) point(keys.oidcPointer("code", kind, hash(linked.userCode)));
    await this.table.transact(writes);
  }

  async get(kind: string, id: string): Promise<Payload | undefined> {
    return this.read(kind, hash(id));
  }

  async byPointer(by: "uid" | "code", kind: string, value: string): Promise<Payload | undefined> {
    const item = await this.table.get(keys.oidcPointer(by, kind, hash(value)));
    return item && this.read(kind, pointer.parse(item).idHash);
  }

  /** One write decides who uses it: false for everybody but the first. */
  async consume(kind: string, id: string): Promise<boolean> {
    const unused = all(present("pk"), absent("consumed"));
    try {
      await this.table.update(keys.oidc(kind, hash(id)), { set: { consumed: seconds(this.clock) } }, unused);
      return true;
    } catch (error) {
      if (error instanceof ConditionFailed) return false;
      throw error;
    }
  }

  async destroy(kind: string, id: string): Promise<void> {
    await this.table.delete(keys.oidc(kind, hash(id)));
  }

  /** What was allowed ends first, and with it every token that was got by it; then what is kept of them goes. */
  async destroyGrant(grantId: string): Promise<void> {
    const grantHash = hash(grantId);
    const given = await this.consentOf(grantId);
    if (given)
      await this.write([
        { delete: keys.oidc("Consent", grantHash), when: present("pk") },
        endedEntry(this.clock, sidOfGrant(grantHash), "", "revoked"),
      ]);
    const { pk } = keys.oidcOfGrant(grantHash, "");
    for await (const item of itemsOf(this.table, { pk, consistent: true }))
      for (const key of this.forgetting(item)) await this.table.delete(key);
  }

  /** With it stands that the program is to be told when the session ends. */
  async keepConsent(grantId: string, clientId: string, given: Consent, life: number): Promise<void> {
    const ttl = seconds(this.clock) + life;
    await this.table.transact([
      { put: { ...keys.oidc("Consent", hash(grantId)), ...given, ttl }, when: absent("pk") },
      this.logouts.allowed(given.sid, given.uid, clientId, ttl),
    ]);
  }

  consentOf(grantId: string): Promise<Consent | undefined> {
    return this.consentAt(hash(grantId));
  }

  async consentAt(grantHash: string): Promise<Consent | undefined> {
    const item = await this.table.get(keys.oidc("Consent", grantHash));
    return item && consent.parse(item);
  }

  async client(id: string): Promise<ProviderClient | undefined> {
    const item = await this.table.get(keys.oidcClient(id));
    return item && providerClient.parse(item);
  }

  async clients(): Promise<ProviderClient[]> {
    const page = await this.table.query({ pk: keys.oidcClient("").pk, limit: mostClients, consistent: true });
    return page.items.map((item) => providerClient.parse(item));
  }

  async putClient(client: ProviderClient, actor: string): Promise<boolean> {
    const { id, redirectUris, scopes, serviceScopes } = client;
    return this.write([
      { put: { ...keys.oidcClient(id), ...client }, when: absent("pk") },
      auditEntry(this.clock, actor, "client.created", actor, { id, redirectUris, scopes, serviceScopes }),
    ]);
  }

  /** Its tokens end with it, in one transaction. */
  async removeClient(id: string, actor: string): Promise<boolean> {
    return this.write([
      { delete: keys.oidcClient(id), when: equal("id", id) },
      endedEntry(this.clock, sidOfClient(id), id, "removed"),
      auditEntry(this.clock, actor, "client.removed", actor, { id }),
    ]);
  }

  private forgetting(item: Item): Key[] {
    const { kind, idHash } = pointer.parse(item);
    return [keys.oidc(kind, idHash), { pk: item.pk, sk: item.sk }];
  }

  private async read(kind: string, idHash: string): Promise<Payload | undefined> {
    const item = await this.table.get(keys.oidc(kind, idHash));
    if (!item) return undefined;
    const { sealed, consumed } = record.parse(item);
    const payload = z
      .record(z.string(), z.unknown())
      .parse(JSON.parse(unsealText(this.kek, sealed, placeOf(kind, idHash))));
    return consumed === undefined ? payload : { ...payload, consumed };
  }

  private async write(writes: readonly Write[]): Promise<boolean> {
    try {
      await this.table.transact(writes);
      return true;
    } catch (error) {
      if (error instanceof TransactionCancelled) return false;
      throw error;
    }
  }
}

const placeOf = (kind: string, idHash: string) => `oidc|${kind}|${idHash}`;
