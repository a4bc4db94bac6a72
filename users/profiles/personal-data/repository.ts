import * as keys from "../../platform/dynamo/keys.ts";
import { itemsOf, removeItems } from "../../platform/dynamo/partitions.ts";
import type { Key, Table } from "../../platform/dynamo/table.ts";
import type { PersonalData, PersonalDocument } from "../../platform/personal-data.ts";
import type { ActivityHistoryRepository } from "../activity/repository.ts";
import type { ConsentRepository } from "../consents/repository.ts";
import { type SectionName, sections } from "../models.ts";
import { notification } from "../notifications/models.ts";
import type { ProfileRepository } from "../repository.ts";

const shown = notification.omit({ read_at: true });

/** The profile of a person and what they were told. */
export class ProfileData implements PersonalData {
  readonly name = "profile";

  constructor(
    private readonly table: Table,
    private readonly profiles: ProfileRepository,
    private readonly consents: ConsentRepository,
    private readonly history: ActivityHistoryRepository,
  ) {}

  async *export(uid: string): AsyncIterable<PersonalDocument> {
    for (const name of Object.keys(sections) as SectionName[])
      yield { name, content: (await this.profiles.read(uid, name)).value };
    yield { name: "consents", content: (await this.consents.read(uid)).value };
    const told: object[] = [];
    const notices = { pk: keys.user(uid).pk, prefix: keys.notificationPrefix };
    for await (const item of itemsOf(this.table, notices)) told.push(shown.parse(item));
    yield { name: "notifications", content: told };
    yield { name: "activity", content: await Array.fromAsync(this.history.all(uid)) };
  }

  async counts(uid: string): Promise<Record<string, number>> {
    let farms = 0;
    for await (const { isActive } of itemsOf(this.table, { pk: keys.user(uid).pk, prefix: keys.farmPrefix }))
      if (isActive) farms += 1;
    return { farms };
  }

  /** All of it stands in the user's own partition, but for what farms know of their members and what waits. */
  async erase(uid: string): Promise<void> {
    const { pk } = keys.user(uid);
    const farms: string[] = [];
    for await (const { sk } of itemsOf(this.table, { pk, prefix: keys.farmPrefix, consistent: true }))
      farms.push(sk.slice(keys.farmPrefix.length));
    const waiting: Key[] = [];
    for await (const item of itemsOf(this.table, { pk: keys.deliveriesPartition, consistent: true }))
      if (item.uid === uid) waiting.push(item);
    await removeItems(this.table, [
      ...waiting,
      keys.waitingExport(uid),
      ...farms.map((farm) => keys.member(farm, uid)),
    ]);
  }
}
