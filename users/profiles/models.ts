import { z } from "zod";

/** The sections of a profile as they are stored, and their defaults. */

const line = (most: number) => z.string().trim().max(most);
const timeZone = line(60).regex(/^[A-Za-z0-9_+\-/]+$/, "is not a time zone name");
const locale = z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$/, "is not a language tag");

export const profileFields = {
  display_name: line(120).nullable(),
  organisation: line(200).nullable(),
  position: line(120).nullable(),
  about: line(2_000).nullable(),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, "is not a two-letter country code")
    .nullable(),
  time_zone: timeZone,
};
export const preferenceFields = {
  language: locale,
  units: z.enum(["metric", "imperial"]),
  theme: z.enum(["system", "light", "dark"]),
  rows_per_page: z.number().int().min(10).max(500),
};
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "is not a time of day such as 22:00");
const channels = z.strictObject({ app: z.boolean(), mail: z.boolean(), push: z.boolean() });
export const notificationFields = {
  evaluations: channels,
  conflicts: channels,
  sessions: channels,
  quiet_hours: z.strictObject({ from: timeOfDay, to: timeOfDay }).nullable(),
};
export const privacyFields = {
  show_profile_to: z.enum(["nobody", "farm", "institution", "everyone"]),
  keep_activity: z.boolean(),
  share_activity: z.boolean(),
  use_for_recommendations: z.boolean(),
  use_for_analytics: z.boolean(),
};

const cells = z.number().int().min(0).max(11);
/** A card on the first page; what it shows is the interface's to know. */
const card = z.strictObject({
  kind: z.string().regex(/^[a-z][a-z_]{0,39}$/, "is not a kind of card"),
  farm_id: z.uuid().nullable(),
  column: cells,
  row: z.number().int().min(0).max(99),
  width: z.number().int().min(1).max(12),
  height: z.number().int().min(1).max(12),
});
export const dashboardFields = { cards: z.array(card).max(24) };

export const sections = {
  profile: z.object(profileFields),
  preferences: z.object(preferenceFields),
  privacy: z.object(privacyFields),
  notifications: z.object(notificationFields),
  dashboard: z.object(dashboardFields),
};
export type SectionName = keyof typeof sections;
export type Section<N extends SectionName> = z.infer<(typeof sections)[N]>;

export type AnySection = Section<SectionName>;

/** Used until the first change. Privacy starts by sharing nothing. */
export const defaults: { [N in SectionName]: Section<N> } = {
  profile: { display_name: null, organisation: null, position: null, about: null, country: null, time_zone: "UTC" },
  preferences: {
    language: "en",
    units: "metric",
    theme: "system",
    rows_per_page: 50,
  },
  privacy: {
    show_profile_to: "nobody",
    keep_activity: false,
    share_activity: false,
    use_for_recommendations: false,
    use_for_analytics: false,
  },
  notifications: {
    evaluations: { app: true, mail: false, push: true },
    conflicts: { app: true, mail: false, push: true },
    sessions: { app: true, mail: true, push: true },
    quiet_hours: null,
  },
  dashboard: { cards: [] },
};
