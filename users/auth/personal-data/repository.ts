import { z } from "zod";
import * as keys from "../../platform/dynamo/keys.ts";
import { equal, type Table, TransactionCancelled } from "../../platform/dynamo/table.ts";
import type { PersonalData, PersonalDocument } from "../../platform/personal-data.ts";

const account = z.object({ email: z.string(), name: z.string(), roles: z.array(z.string()), gsi1sk: z.string() });

/** The account of a person: who they are, and the guard that keeps their address theirs. */
export class AccountData implements PersonalData {
  readonly name = "account";

  constructor(private readonly table: Table) {}

  async *export(uid: string): AsyncIterable<PersonalDocument> {
    const item = await this.table.get(keys.user(uid));
    if (!item) return;
    const { email, name, roles, gsi1sk } = account.parse(item);
    yield { name: "account", content: { id: uid, email, name, roles, registered_at: gsi1sk } };
  }

  /** The account goes with its partition; while it is there it says which address to give back. */
  async erase(uid: string): Promise<void> {
    const item = await this.table.get(keys.user(uid));
    if (!item) return;
    const guard = keys.emailGuard(account.parse(item).email);
    try {
      await this.table.transact([{ delete: guard, when: equal("uid", uid) }, { delete: keys.user(uid) }]);
    } catch (error) {
      // the address is somebody else's by now, or nobody's
      if (!(error instanceof TransactionCancelled && error.failed(0))) throw error;
    }
  }
}
