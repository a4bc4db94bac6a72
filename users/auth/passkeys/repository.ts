import { z } from "zod";
import { type Clock, seconds } from "../../platform/clock.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import {
  absent,
  all,
  any,
  ConditionFailed,
  compare,
  equal,
  present,
  type Table,
  type Write,
} from "../../platform/dynamo/table.ts";
import { hash } from "../../platform/hashes.ts";
import { passkeyItem, type StoredPasskey } from "./models.ts";

const challengeSeconds = 600;
export type Purpose = "register" | "use";
const challengeItem = z.object({ uid: z.string().optional(), purpose: z.enum(["register", "use"]) });

/** The name of a passkey in addresses: what an authenticator calls it may be longer than a key may be. */
export const idOf = (credential: string): string => hash(credential);

export class PasskeyRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  async keepChallenge(challenge: string, purpose: Purpose, uid?: string): Promise<void> {
    const ttl = seconds(this.clock) + challengeSeconds;
    await this.table.put({ ...keys.webauthnChallenge(hash(challenge)), purpose, uid, ttl }, absent("pk"));
  }

  /** Whether this challenge was given out for this; it is gone with the question, whatever the answer. */
  async useChallenge(challenge: string, purpose: Purpose, uid?: string): Promise<boolean> {
    const item = await this.table.delete(keys.webauthnChallenge(hash(challenge)));
    if (!item || Number(item.ttl) <= seconds(this.clock)) return false;
    const kept = challengeItem.parse(item);
    return kept.purpose === purpose && (kept.uid === undefined || kept.uid === uid);
  }

  async byCredential(credential: string): Promise<StoredPasskey | undefined> {
    const id = idOf(credential);
    const owner = await this.table.get(keys.passkeyOwner(id));
    return owner && this.get(z.object({ uid: z.string() }).parse(owner).uid, id);
  }

  async get(uid: string, id: string): Promise<StoredPasskey | undefined> {
    const item = await this.table.get(keys.passkey(uid, id));
    return item && passkeyItem.parse(item);
  }

  async list(uid: string): Promise<StoredPasskey[]> {
    const query = { pk: keys.user(uid).pk, prefix: keys.passkeyPrefix, limit: 100, consistent: true };
    return (await this.table.query(query)).items.map((item) => passkeyItem.parse(item));
  }

  /** The writes that make one; a passkey belongs to one account. */
  making(passkey: StoredPasskey): Write[] {
    const { uid, id } = passkey;
    return [
      { put: { ...keys.passkey(uid, id), ...passkey }, when: absent("pk") },
      { put: { ...keys.passkeyOwner(id), uid }, when: absent("pk") },
    ];
  }

  removing({ uid, id }: StoredPasskey): Write[] {
    return [{ delete: keys.passkey(uid, id), when: present("pk") }, { delete: keys.passkeyOwner(id) }];
  }

  rename(uid: string, id: string, name: string): Promise<StoredPasskey | undefined> {
    return this.changed(uid, id, { name }, present("pk"));
  }

  /** A counter goes up with each use, or stands at 0 for ever: one that does not was copied, or is used twice. */
  async count({ uid, id }: StoredPasskey, counter: number): Promise<boolean> {
    const isNext = compare("counter", "<", counter);
    const when = counter === 0 ? any(isNext, equal("counter", 0)) : isNext;
    const used = seconds(this.clock);
    return (await this.changed(uid, id, { counter, used }, all(present("pk"), when))) !== undefined;
  }

  private async changed(uid: string, id: string, set: Record<string, string | number>, when: Write["when"]) {
    try {
      return passkeyItem.parse(await this.table.update(keys.passkey(uid, id), { set }, when));
    } catch (error) {
      if (error instanceof ConditionFailed) return undefined;
      throw error;
    }
  }
}
