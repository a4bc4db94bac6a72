import { z } from "zod";
import { type Clock, seconds } from "../../platform/clock.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import { absent, ConditionFailed, equal, type Table, TransactionCancelled } from "../../platform/dynamo/table.ts";
import { bytes } from "../../platform/dynamo/values.ts";
import { auditEntry } from "../../platform/events/audit.ts";
import { hash } from "../../platform/hashes.ts";
import { type Institution, institutionItem } from "./models.ts";

const flowItem = z.object({ idp: z.string(), sealed: bytes, ttl: z.number() });
export type StoredFlow = z.infer<typeof flowItem>;

const most = 1_000;

export class InstitutionRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  async get(id: string): Promise<Institution | undefined> {
    const item = await this.table.get(keys.institution(id));
    return item && institutionItem.parse(item);
  }

  async all(): Promise<Institution[]> {
    const page = await this.table.query({ pk: keys.institution("").pk, limit: most, consistent: true });
    return page.items.map((item) => institutionItem.parse(item));
  }

  /** False when somebody else has changed it since `seen` was read. */
  async put(institution: Institution, seen: number | undefined, actor: string): Promise<boolean> {
    const when = seen === undefined ? absent("pk") : equal("revision", seen);
    const { id, issuer, role, domains, approval } = institution;
    const facts = { id, issuer, role, domains, approval };
    return this.write([
      { put: { ...keys.institution(id), ...institution }, when },
      auditEntry(this.clock, actor, "institution.configured", actor, facts),
    ]);
  }

  async remove(id: string, actor: string): Promise<boolean> {
    return this.write([
      { delete: keys.institution(id), when: equal("id", id) },
      auditEntry(this.clock, actor, "institution.removed", actor, { id }),
    ]);
  }

  async keepFlow(state: string, binding: string, flow: StoredFlow): Promise<void> {
    await this.table.put({ ...keys.flow(hash(state)), ...flow, binding: hash(binding) }, absent("pk"));
  }

  /** Gone with this look, and only for the browser that began it; the answer may be given once. */
  async takeFlow(state: string, binding: string): Promise<StoredFlow | undefined> {
    try {
      const item = await this.table.delete(keys.flow(hash(state)), equal("binding", hash(binding)));
      const flow = item && flowItem.parse(item);
      return flow && flow.ttl > seconds(this.clock) ? flow : undefined;
    } catch (error) {
      if (error instanceof ConditionFailed) return undefined;
      throw error;
    }
  }

  private async write(writes: Parameters<Table["transact"]>[0]): Promise<boolean> {
    try {
      await this.table.transact(writes);
      return true;
    } catch (error) {
      if (error instanceof TransactionCancelled) return false;
      throw error;
    }
  }
}
