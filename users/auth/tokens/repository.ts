import { z } from "zod";
import { type Clock, isoTime, seconds } from "../../platform/clock.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import {
  absent,
  absentOrExpired,
  all,
  any,
  ConditionFailed,
  equal,
  type Table,
  TransactionCancelled,
} from "../../platform/dynamo/table.ts";
import { auditEntry } from "../../platform/events/audit.ts";
import { endedEntry } from "../../platform/identity/ended.ts";

const tokenItem = z.object({
  id: z.string(),
  place: z.number(),
  name: z.string(),
  scopes: z.array(z.string()),
  /** the only farms that it is for; absent: all of the user's */
  farms: z.array(z.string()).optional(),
  secret: z.string(),
  epoch: z.number(),
  created: z.number(),
  exp: z.number(),
  /** the day of the last use, no finer */
  used: z.string().optional(),
});
export type StoredToken = z.infer<typeof tokenItem>;

const owner = z.object({ roles: z.array(z.string()), epoch: z.number(), disabled: z.boolean().optional() });
export type Owner = z.infer<typeof owner>;
export type Kept = "kept" | "place_taken" | "account_changed";

export const places = 20;

export class TokenRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  async owner(uid: string): Promise<Owner | undefined> {
    const item = await this.table.get(keys.user(uid));
    return item && owner.parse(item);
  }

  async at(uid: string, place: number): Promise<StoredToken | undefined> {
    const item = await this.table.get(keys.token(uid, place));
    return item && tokenItem.parse(item);
  }

  async all(uid: string): Promise<StoredToken[]> {
    const { pk } = keys.user(uid);
    const page = await this.table.query({ pk, prefix: keys.tokenPrefix, limit: places, consistent: true });
    return page.items.map((item) => tokenItem.parse(item));
  }

  /** One transaction: a free place is taken while the account still is as it was looked at. */
  async keep(uid: string, token: StoredToken): Promise<Kept> {
    const { id, name, scopes, farms } = token;
    const free = absentOrExpired(seconds(this.clock));
    try {
      await this.table.transact([
        { check: keys.user(uid), when: all(equal("epoch", token.epoch), notDisabled) },
        { put: { ...keys.token(uid, token.place), ...token, ttl: token.exp }, when: free },
        auditEntry(this.clock, uid, "token.created", uid, { id, name, scopes, ...(farms && { farms }) }),
      ]);
      return "kept";
    } catch (error) {
      if (!(error instanceof TransactionCancelled)) throw error;
      return error.failed(0) ? "account_changed" : "place_taken";
    }
  }

  /** Gone and told to the services in one transaction; false when it was gone before. */
  async end(uid: string, { id, place }: StoredToken, sid: string, why: string): Promise<boolean> {
    try {
      await this.table.transact([
        { delete: keys.token(uid, place), when: equal("id", id) },
        endedEntry(this.clock, sid, uid, why),
        auditEntry(this.clock, uid, "token.ended", uid, { id, why }),
      ]);
      return true;
    } catch (error) {
      if (error instanceof TransactionCancelled) return false;
      throw error;
    }
  }

  /** Written once a day at most, and only while the token is there. */
  async markUsed(uid: string, { id, place, used }: StoredToken): Promise<void> {
    const today = isoTime(this.clock()).slice(0, 10);
    if (used === today) return;
    try {
      await this.table.update(keys.token(uid, place), { set: { used: today } }, equal("id", id));
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }
}

const notDisabled = any(absent("disabled"), equal("disabled", false));
