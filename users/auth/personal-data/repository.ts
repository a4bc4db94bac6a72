import { z } from "zod";
import { type Clock, isoTime, seconds } from "../../platform/clock.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import { itemsOf, removeItems } from "../../platform/dynamo/partitions.ts";
import {
  absent,
  all,
  compare,
  equal,
  type Key,
  type Table,
  TransactionCancelled,
  type Write,
} from "../../platform/dynamo/table.ts";
import type {
  AccountAddress,
  AccountContact,
  AccountEnding,
  AccountStanding,
} from "../../platform/identity/accounts.ts";
import type { Obstacle, PersonalData, PersonalDocument } from "../../platform/personal-data.ts";
import { IdentityRepository } from "../identities/repository.ts";
import { TokenRepository } from "../tokens/repository.ts";

const account = z.object({
  email: z.string(),
  name: z.string(),
  roles: z.array(z.string()),
  epoch: z.number(),
  gsi1sk: z.string(),
  erasing: z.number().optional(),
  disabled: z.boolean().optional(),
  verified: z.boolean().optional(),
});
type Account = z.infer<typeof account>;
const at = (second: number) => isoTime(second * 1000);
const count = z.object({ n: z.number() });

/** The account of a person: who they are, and the guard that keeps their address theirs. */
export class AccountData implements PersonalData, AccountEnding, AccountContact, AccountAddress, AccountStanding {
  readonly name = "account";

  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  async *export(uid: string): AsyncIterable<PersonalDocument> {
    const found = await this.read(uid);
    if (!found) return;
    const { email, name, roles, gsi1sk } = found;
    yield { name: "account", content: { id: uid, email, name, roles, registered_at: gsi1sk } };
    const identities = await new IdentityRepository(this.table, this.clock).of(uid);
    const linked = identities.map(({ idp, iss, sub, linked }) => ({
      institution: idp,
      iss,
      sub,
      linked_at: at(linked),
    }));
    yield { name: "identities", content: linked };
    const tokens = await new TokenRepository(this.table, this.clock).all(uid);
    const shown = tokens.map(({ name, scopes, created, exp, used = null }) => {
      return { name, scopes, created_at: at(created), expires_at: at(exp), last_used_on: used };
    });
    yield { name: "tokens", content: shown };
  }

  async obstacles(uid: string): Promise<Obstacle[]> {
    const found = await this.read(uid);
    if (!found || found.erasing !== undefined || !isCounted(found)) return [];
    const item = await this.table.get(keys.administrators());
    if (item && count.parse(item).n > 1) return [];
    const detail = "You are the last administrator of this platform.";
    return [{ code: "last_administrator", detail, fix: "Give the role of administrator to another user first." }];
  }

  async verifiedAddress(uid: string): Promise<string | null> {
    const found = await this.read(uid);
    return found?.verified && isOpen(found) ? found.email : null;
  }

  async provedAddress(uid: string): Promise<string | null> {
    const found = await this.read(uid);
    return found?.verified ? found.email : null;
  }

  async isOpen(uid: string): Promise<boolean> {
    const found = await this.read(uid);
    return found !== undefined && isOpen(found);
  }

  /** The epoch ends every sign-in that looked at the account before. */
  async closing(uid: string): Promise<Write[] | undefined> {
    const found = await this.read(uid);
    if (!found || found.erasing !== undefined) return undefined;
    const when = all(equal("epoch", found.epoch), equal("roles", found.roles), absent("erasing"));
    const change = { set: { erasing: seconds(this.clock) }, add: { epoch: 1 } };
    const writes: Write[] = [{ update: keys.user(uid), change, when }];
    if (isCounted(found))
      writes.push({ update: keys.administrators(), change: { add: { n: -1 } }, when: compare("n", ">", 1) });
    return writes;
  }

  /** The account goes with the address that it kept: while it is there it says which one that is. */
  async erase(uid: string): Promise<void> {
    const links: Key[] = [];
    for await (const item of itemsOf(this.table, { pk: keys.linkIndex(uid), index: "gsi1" })) links.push(item);
    await removeItems(this.table, links);
    const found = await this.read(uid);
    if (!found) return;
    const guard = keys.emailGuard(found.email);
    try {
      await this.table.transact([{ delete: guard, when: equal("uid", uid) }, { delete: keys.user(uid) }]);
    } catch (error) {
      // the address is somebody else's by now, or nobody's
      if (!(error instanceof TransactionCancelled && error.failed(0))) throw error;
      await this.table.delete(keys.user(uid));
    }
  }

  private async read(uid: string): Promise<Account | undefined> {
    const item = await this.table.get(keys.user(uid));
    return item && account.parse(item);
  }
}

const isOpen = ({ disabled, erasing }: Account) => !disabled && erasing === undefined;
/** An administrator who is disabled is not among those who are counted. */
const isCounted = ({ roles, disabled }: Account) => roles.includes("administrator") && !disabled;
