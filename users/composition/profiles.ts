import type { Platform } from "../platform/context.ts";
import type { PersonalData } from "../platform/personal-data.ts";
import { ConsentRepository } from "../profiles/consents/repository.ts";
import { PersonConsents } from "../profiles/consents/service.ts";
import { ErasureRepository } from "../profiles/erasure/repository.ts";
import { Erasures } from "../profiles/erasure/service.ts";
import { NotificationRepository } from "../profiles/notifications/repository.ts";
import { Notifications, type SendFrame } from "../profiles/notifications/service.ts";
import { ProfileRepository } from "../profiles/repository.ts";
import type { ProfileParts } from "../profiles/routes.ts";
import { Profiles } from "../profiles/service.ts";
import type { Sessions } from "../sessions/service.ts";
import { accountData, personalData } from "./personal-data.ts";

type Outside = { sessions: Sessions; send: SendFrame; elsewhere: readonly PersonalData[] };

/** Binds what the profiles service is made of. */
export function profilesOf(platform: Platform, { sessions, send, elsewhere }: Outside): ProfileParts {
  const { table, keysTable, clock, log } = platform;
  const profiles = new Profiles(new ProfileRepository(table));
  const notifications = new Notifications(new NotificationRepository(table, clock), profiles, send);
  const erasures = new Erasures({
    repository: new ErasureRepository(table, keysTable, clock),
    data: personalData(platform),
    elsewhere,
    account: accountData(platform),
    sessions,
    clock,
    log,
  });
  const consents = new PersonConsents(new ConsentRepository(table, clock));
  return { profiles, notifications, consents, erasures };
}
