import { UserRepository } from "../auth/accounts/repository.ts";
import { IdentityRepository } from "../auth/identities/repository.ts";
import type { Platform } from "../platform/context.ts";
import type { Mail } from "../platform/mail/mail.ts";
import type { PersonalData } from "../platform/personal-data.ts";
import { DataKeys } from "../platform/secrets/data-keys.ts";
import { ActivityHistoryRepository } from "../profiles/activity/repository.ts";
import { Activities } from "../profiles/activity/service.ts";
import { ProfileAnalytics } from "../profiles/analytics/service.ts";
import { ConsentRepository } from "../profiles/consents/repository.ts";
import { PersonConsents } from "../profiles/consents/service.ts";
import { DeliveryRepository } from "../profiles/deliveries/repository.ts";
import { Deliveries } from "../profiles/deliveries/service.ts";
import { Unsubscribing } from "../profiles/deliveries/unsubscribing.ts";
import { ErasureRepository } from "../profiles/erasure/repository.ts";
import { Erasures } from "../profiles/erasure/service.ts";
import { ExportRepository } from "../profiles/exports/repository.ts";
import { Exports } from "../profiles/exports/service.ts";
import { NotificationRepository } from "../profiles/notifications/repository.ts";
import { Notifications, type SendFrame } from "../profiles/notifications/service.ts";
import { LookRepository } from "../profiles/others/repository.ts";
import { OtherPeople } from "../profiles/others/service.ts";
import { PushRepository } from "../profiles/push/repository.ts";
import { PushNotices } from "../profiles/push/service.ts";
import { FarmNewsRepository } from "../profiles/recommendations/repository.ts";
import { Recommendations } from "../profiles/recommendations/service.ts";
import { ProfileRepository } from "../profiles/repository.ts";
import type { ProfileParts } from "../profiles/routes.ts";
import { Profiles } from "../profiles/service.ts";
import type { Sessions } from "../sessions/service.ts";
import { factorChecks } from "./factors.ts";
import { accountData, personalData } from "./personal-data.ts";

type Outside = {
  mail: Mail;
  sessions: Sessions;
  send: SendFrame;
  elsewhere: readonly PersonalData[];
};

/** Binds what the profiles service is made of. */
export function profilesOf(platform: Platform, { sessions, send, elsewhere, mail }: Outside): ProfileParts {
  const { table, keysTable, settings, clock, log } = platform;
  const data = personalData(platform);
  const history = new ActivityHistoryRepository(table);
  const sections = new ProfileRepository(table, clock);
  const profiles = new Profiles(sections, history);
  const activities = new Activities(history);
  const notices = new NotificationRepository(table, clock);
  const notifications = new Notifications(notices, profiles, send, clock);
  const factor = factorChecks(platform, new UserRepository(table, clock)).secondFactors;
  const repository = new FarmNewsRepository(table);
  const recommendations = new Recommendations({ repository, profiles, activities, farms: notices, factor, clock });
  const analytics = new ProfileAnalytics(profiles, activities, data);
  const dataKeys = new DataKeys(keysTable, settings.kek, clock);
  const erasures = new Erasures({
    repository: new ErasureRepository(table, keysTable, clock),
    data,
    elsewhere,
    account: accountData(platform),
    sessions,
    clock,
    log,
  });
  const consents = new PersonConsents(new ConsentRepository(table, clock));
  const exports = new Exports({
    repository: new ExportRepository(table, clock),
    data: [...data, ...elsewhere],
    keys: dataKeys,
    clock,
    log,
  });
  const push = pushOf(platform, dataKeys);
  const unsubscribing = new Unsubscribing(profiles, settings.kek, settings.BELLWETHER_PUBLIC_URL);
  const deliveries = new Deliveries({
    repository: new DeliveryRepository(table, clock),
    contact: accountData(platform),
    mail,
    push,
    unsubscribing,
    url: settings.BELLWETHER_PUBLIC_URL,
    log,
  });
  const others = othersOf(platform, { profiles: sections, activities, memberships: notices });
  const ofOthers = { consents, erasures, exports, push, deliveries, unsubscribing, others };
  return { profiles, activities, recommendations, analytics, notifications, ...ofOthers };
}

type Asked = ConstructorParameters<typeof OtherPeople>[0];

function othersOf({ table, clock }: Platform, own: Pick<Asked, "profiles" | "activities" | "memberships">) {
  const [affiliations, looks] = [new IdentityRepository(table, clock), new LookRepository(table, clock)];
  return new OtherPeople({ ...own, affiliations, looks, accounts: accountData({ table, clock }) });
}

/** The address of the sender is whom push services write to when something is wrong. */
function pushOf({ table, settings, clock, outgoing }: Platform, keys: DataKeys): PushNotices {
  const { BELLWETHER_MAIL_FROM: from, PROFILES_PUSH_HOSTS: hosts, kek } = settings;
  const address = /<(.+)>/.exec(from)?.[1] ?? from;
  const allowed = hosts.split(",").map((host) => host.trim());
  const repository = new PushRepository(table, clock);
  return new PushNotices({ repository, keys, kek, outgoing, allowed, contact: `mailto:${address}` });
}
