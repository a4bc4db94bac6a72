import type { Clock } from "../clock.ts";
import type { Table } from "../dynamo/table.ts";
import type { PersonalData, PersonalDocument } from "../personal-data.ts";
import { auditTrail } from "./audit.ts";

/** What the audit says of a person: they may read it; it is erased with the rest, last. */
export class AuditData implements PersonalData {
  readonly name = "audit";

  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  async *export(uid: string): AsyncIterable<PersonalDocument> {
    const content: object[] = [];
    for await (const { pk, sk, ttl, ...entry } of auditTrail(this.table, this.clock, uid)) content.push(entry);
    yield { name: "audit", content };
  }

  async erase(): Promise<void> {}
}
