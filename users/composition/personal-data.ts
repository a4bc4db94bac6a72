import { PasskeyRepository } from "../auth/passkeys/repository.ts";
import { PasskeyData } from "../auth/personal-data/passkey-repository.ts";
import { AccountData } from "../auth/personal-data/repository.ts";
import { ChatData } from "../chats/personal-data/repository.ts";
import type { Platform } from "../platform/context.ts";
import { AuditData } from "../platform/events/audit-data.ts";
import type { PersonalData } from "../platform/personal-data.ts";
import { DataKeys } from "../platform/secrets/data-keys.ts";
import { ActivityHistoryRepository } from "../profiles/activity/repository.ts";
import { ConsentRepository } from "../profiles/consents/repository.ts";
import { ProfileData } from "../profiles/personal-data/repository.ts";
import { ProfileRepository } from "../profiles/repository.ts";
import { SessionData } from "../sessions/personal-data/repository.ts";
import { SessionRepository } from "../sessions/repository.ts";

/** All that the user services hold on a person, in the order in which it is erased: who is signed in goes first. */
export function personalData({ table, keysTable, settings, clock }: Platform): PersonalData[] {
  return [
    new SessionData(table, clock, new SessionRepository(table, clock)),
    new ChatData(table, new DataKeys(keysTable, settings.kek, clock)),
    profileData({ table, clock }),
    new PasskeyData(table, new PasskeyRepository(table, clock)),
    new AuditData(table, clock),
    accountData({ table, clock }),
  ];
}

export const accountData = ({ table, clock }: Pick<Platform, "table" | "clock">) => new AccountData(table, clock);

function profileData({ table, clock }: Pick<Platform, "table" | "clock">): ProfileData {
  const history = new ActivityHistoryRepository(table);
  return new ProfileData(table, new ProfileRepository(table, clock), new ConsentRepository(table, clock), history);
}
