import { z } from "@hono/zod-openapi";
import {
  dashboardFields,
  defaults,
  notificationFields,
  preferenceFields,
  privacyFields,
  profileFields,
  sections,
} from "./models.ts";

export const views = {
  profile: sections.profile.openapi("Profile", { example: { ...defaults.profile, display_name: "Mary Hill" } }),
  preferences: sections.preferences.openapi("Preferences", { example: defaults.preferences }),
  privacy: sections.privacy.openapi("Privacy", { example: defaults.privacy }),
  dashboard: sections.dashboard.openapi("Dashboard", { example: defaults.dashboard }),
  notifications: sections.notifications.openapi("NotificationSettings", { example: defaults.notifications }),
};
/** Quiet hours go by it, so a name that no clock knows is refused. */
function isZone(timeZone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone }));
  } catch {
    return false;
  }
}
const time_zone = profileFields.time_zone.refine(isZone, "is not a time zone, as Australia/Sydney is one");
export const patches = {
  profile: z
    .strictObject({ ...profileFields, time_zone })
    .partial()
    .openapi("ProfilePatch", { example: { display_name: "Mary Hill" } }),
  preferences: z
    .strictObject(preferenceFields)
    .partial()
    .openapi("PreferencesPatch", { example: { theme: "dark" } }),
  privacy: z
    .strictObject(privacyFields)
    .partial()
    .openapi("PrivacyPatch", { example: { show_profile_to: "farm" } }),
  dashboard: z.strictObject(dashboardFields).partial().openapi("DashboardPatch", { example: defaults.dashboard }),
  notifications: z
    .strictObject(notificationFields)
    .partial()
    .openapi("NotificationSettingsPatch", { example: { quiet_hours: { from: "22:00", to: "06:00" } } }),
};
export const ifMatchHeader = z.object({ "if-match": z.string().optional().openapi({ example: '"0"' }) });
