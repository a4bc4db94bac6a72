import type { AccountStanding, Affiliations } from "../../platform/identity/accounts.ts";
import { notFound } from "../../platform/problems.ts";
import type { Activities } from "../activity/service.ts";
import type { Section } from "../models.ts";
import type { NotificationRepository } from "../notifications/repository.ts";
import type { ProfileRepository } from "../repository.ts";
import { type Common, mayBeSeen, type Person, type Shown, sharedOf } from "./models.ts";
import type { LookRepository } from "./repository.ts";

export type OtherPeopleParts = {
  profiles: Pick<ProfileRepository, "shown">;
  activities: Pick<Activities, "kept">;
  memberships: Pick<NotificationRepository, "farmsOf">;
  affiliations: Affiliations;
  accounts: AccountStanding;
  looks: LookRepository;
};

/** Profiles as others see them: what a person allows, to whom they allow it, and otherwise nobody is there. */
export class OtherPeople {
  constructor(private readonly parts: OtherPeopleParts) {}

  /** What two people have in common is asked of everybody: a store that fails there tells nothing of who is there. */
  async see(viewer: string, uid: string): Promise<Person> {
    const { profiles, activities, accounts } = this.parts;
    const [isOpen, common, kept] = await Promise.all([
      accounts.isOpen(uid),
      this.inCommon(viewer, uid),
      activities.kept(uid),
    ]);
    // last, so that nothing is shown that was written after it was forbidden
    const { profile, privacy } = await profiles.shown(uid);
    if (!isOpen || !(viewer === uid || mayBeSeen(privacy, common))) throw notFound("person");
    const isShared = privacy.share_activity && kept !== undefined;
    return { ...shownOf(uid, profile), activity: isShared ? sharedOf(kept, common.farms) : null };
  }

  /** For administrators, whatever the person allows: the person reads in their audit who has looked. */
  async lookAt(administrator: string, uid: string): Promise<Shown> {
    if (!(await this.parts.looks.add(uid, administrator))) throw notFound("person");
    return shownOf(uid, (await this.parts.profiles.shown(uid)).profile);
  }

  private async inCommon(one: string, other: string): Promise<Common> {
    const { memberships, affiliations } = this.parts;
    const [farms, institutions] = await Promise.all([
      Promise.all([one, other].map((uid) => memberships.farmsOf(uid))),
      Promise.all([one, other].map((uid) => affiliations.institutionsOf(uid))),
    ]);
    return { farms: both(farms), institutions: both(institutions) };
  }
}

const both = ([one = [], other = []]: readonly (readonly string[])[]): string[] =>
  one.filter((name) => other.includes(name));

function shownOf(id: string, { time_zone: _timeZone, ...rest }: Section<"profile">): Shown {
  return { id, ...rest };
}
