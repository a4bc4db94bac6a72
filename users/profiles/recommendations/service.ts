import { z } from "zod";
import { type Clock, isoTime } from "../../platform/clock.ts";
import type { CloudEvent } from "../../platform/events/cloud-event.ts";
import type { SecondFactor } from "../../platform/identity/second-factor.ts";
import { type Activities, switchedOff } from "../activity/service.ts";
import type { NotificationRepository } from "../notifications/repository.ts";
import type { Profiles } from "../service.ts";
import type { FarmNews, Recommendation } from "./models.ts";
import type { FarmNewsRepository } from "./repository.ts";
import { recommendationsFrom } from "./rules.ts";

export type RecommendationParts = {
  repository: FarmNewsRepository;
  profiles: Profiles;
  activities: Activities;
  farms: Pick<NotificationRepository, "farmsOf">;
  factor: Pick<SecondFactor, "isOn">;
  clock: Clock;
};
const ofFarm = z.string().min(1).max(100);
const news: Record<string, keyof FarmNews> = {
  "farm.weight.recorded.v1": "weighed",
  "genetics.evaluation.published.v1": "published",
};
const mostFarms = 20;
const mostRemembered = 10_000;

export class Recommendations {
  /** The last day that was written of a farm: weights of a day come in many events. */
  private readonly written = new Map<string, string>();

  constructor(private readonly parts: RecommendationParts) {}

  async on({ type, time, farmid, data }: CloudEvent): Promise<void> {
    const name = news[type];
    if (!name) return;
    const farmId = ofFarm.parse(farmid ?? data.farm_id);
    const dayText = new Date(time).toISOString().slice(0, 10);
    const place = `${farmId}|${name}`;
    if ((this.written.get(place) ?? "") >= dayText) return;
    await this.parts.repository.setLatest(farmId, name, dayText);
    if (this.written.size >= mostRemembered) this.written.clear();
    this.written.set(place, dayText);
  }

  async of(uid: string, roles: readonly string[]): Promise<Recommendation[]> {
    const { repository, profiles, activities, farms, factor, clock } = this.parts;
    const { value: privacy } = await profiles.read(uid, "privacy");
    if (!privacy.use_for_recommendations) throw switchedOff("use_for_recommendations");
    const own = (await farms.farmsOf(uid)).slice(0, mostFarms);
    const [hasSecondFactor, notifications, activity, ofFarms] = await Promise.all([
      factor.isOn(uid),
      profiles.read(uid, "notifications"),
      activities.kept(uid),
      Promise.all(own.map(async (farmId) => ({ farmId, ...(await repository.read(farmId)) }))),
    ]);
    const today = isoTime(clock()).slice(0, 10);
    const known = { roles, hasSecondFactor, notifications: notifications.value, activity, today };
    return recommendationsFrom({ ...known, farms: ofFarms });
  }
}
