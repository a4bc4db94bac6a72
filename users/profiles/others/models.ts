import type { Activity } from "../activity/models.ts";
import type { Section } from "../models.ts";

/** What others may see of a profile; a time zone says where somebody is, and is nobody's business. */
export type Shown = Omit<Section<"profile">, "time_zone"> & { id: string };
export type Person = Shown & { activity: Activity[] | null };

/** What two people have in common. */
export type Common = { farms: readonly string[]; institutions: readonly string[] };

const isAllowed: Record<Section<"privacy">["show_profile_to"], (common: Common) => boolean> = {
  nobody: () => false,
  farm: ({ farms }) => farms.length > 0,
  institution: ({ farms, institutions }) => farms.length > 0 || institutions.length > 0,
  everyone: () => true,
};

export const mayBeSeen = ({ show_profile_to }: Section<"privacy">, common: Common): boolean =>
  isAllowed[show_profile_to](common);

/** Of the security of an account nobody else hears. */
const isShared = ({ kind }: Activity) => !kind.startsWith("session_");

/** What happened on a farm is for those who belong to it. */
export const sharedOf = (kept: readonly Activity[], farms: readonly string[]): Activity[] =>
  kept
    .filter((entry) => isShared(entry) && entry.farm_id !== null && farms.includes(entry.farm_id))
    .slice(0, mostShown);

export const mostShown = 20;
