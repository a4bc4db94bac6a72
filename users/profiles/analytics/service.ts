import type { PersonalData } from "../../platform/personal-data.ts";
import { type Activities, switchedOff } from "../activity/service.ts";
import type { Profiles } from "../service.ts";
import type { Analytics } from "./models.ts";

/** A person's own figures. */
export class ProfileAnalytics {
  constructor(
    private readonly profiles: Profiles,
    private readonly activities: Activities,
    private readonly data: readonly PersonalData[],
  ) {}

  async of(uid: string): Promise<Analytics> {
    const { value: privacy } = await this.profiles.read(uid, "privacy");
    if (!privacy.use_for_analytics) throw switchedOff("use_for_analytics");
    const counted = await Promise.all(this.data.map(async (part) => (await part.counts?.(uid)) ?? {}));
    const kept = await this.activities.kept(uid);
    const counts: Record<string, number> = Object.assign({}, ...counted);
    if (!kept) return { counts, activity: null };
    return { counts, activity: { by_kind: tally(kept.map(({ kind }) => kind)), by_day: tally(kept.map(dayOf)) } };
  }
}

const dayOf = ({ at }: { at: string }) => at.slice(0, 10);

function tally(names: readonly string[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const name of names) found[name] = (found[name] ?? 0) + 1;
  return found;
}
