import { isoTime } from "../../platform/clock.ts";
import * as keys from "../../platform/dynamo/keys.ts";
import type { Table } from "../../platform/dynamo/table.ts";
import type { PersonalData, PersonalDocument } from "../../platform/personal-data.ts";
import type { PasskeyRepository } from "../passkeys/repository.ts";

/** The passkeys of a person, and what leads from each to its owner. */
export class PasskeyData implements PersonalData {
  readonly name = "passkeys";

  constructor(
    private readonly table: Table,
    private readonly passkeys: PasskeyRepository,
  ) {}

  async *export(uid: string): AsyncIterable<PersonalDocument> {
    for (const { id, name, synced, created } of await this.passkeys.list(uid))
      yield { name: id, content: { id, name, synced, created_at: isoTime(created * 1000) } };
  }

  async erase(uid: string): Promise<void> {
    for (const { id } of await this.passkeys.list(uid)) await this.table.delete(keys.passkeyOwner(id));
  }
}
