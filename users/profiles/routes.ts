import { createRoute } from "@hono/zod-openapi";
import type { Platform } from "../platform/context.ts";
import { body, json, problems, security } from "../platform/http/documentation.ts";
import { etag, preconditionOf } from "../platform/http/preconditions.ts";
import { addDocument, newService, type ServiceApp } from "../platform/http/service-app.ts";
import { activityRoutes } from "./activity/routes.ts";
import type { Activities } from "./activity/service.ts";
import { analyticsRoutes } from "./analytics/routes.ts";
import type { ProfileAnalytics } from "./analytics/service.ts";
import { consentRoutes, reconciliationRoutes } from "./consents/routes.ts";
import type { PersonConsents } from "./consents/service.ts";
import { unsubscribePages } from "./deliveries/pages.ts";
import type { Deliveries } from "./deliveries/service.ts";
import type { Unsubscribing } from "./deliveries/unsubscribing.ts";
import { erasureRoutes } from "./erasure/routes.ts";
import type { Erasures } from "./erasure/service.ts";
import { exportRoutes } from "./exports/routes.ts";
import type { Exports } from "./exports/service.ts";
import type { SectionName } from "./models.ts";
import { notificationRoutes } from "./notifications/routes.ts";
import type { Notifications } from "./notifications/service.ts";
import { otherPeopleRoutes } from "./others/routes.ts";
import type { OtherPeople } from "./others/service.ts";
import { pushRoutes } from "./push/routes.ts";
import type { PushNotices } from "./push/service.ts";
import { recommendationRoutes } from "./recommendations/routes.ts";
import type { Recommendations } from "./recommendations/service.ts";
import { ifMatchHeader, patches, views } from "./schemas.ts";
import type { Profiles } from "./service.ts";

const places: Record<SectionName, { path: string; what: string }> = {
  profile: { path: "/api/v1/profiles/me", what: "profile" },
  preferences: { path: "/api/v1/profiles/me/preferences", what: "preferences" },
  privacy: { path: "/api/v1/profiles/me/privacy", what: "privacy settings" },
  dashboard: { path: "/api/v1/profiles/me/dashboard", what: "layout of the first page" },
  notifications: { path: "/api/v1/profiles/me/notification-settings", what: "notification settings" },
};

/** What the service is made of; `composition/profiles.ts` binds it. */
export type ProfileParts = {
  profiles: Profiles;
  recommendations: Recommendations;
  analytics: ProfileAnalytics;
  activities: Activities;
  notifications: Notifications;
  consents: PersonConsents;
  erasures: Erasures;
  exports: Exports;
  push: PushNotices;
  deliveries: Deliveries;
  unsubscribing: Unsubscribing;
  others: OtherPeople;
};

export function profileRoutes(platform: Platform, parts: ProfileParts): ServiceApp {
  const { profiles, activities, recommendations, analytics, notifications, consents, erasures, exports, push } = parts;
  const app = newService();
  addDocument(app, "/api/v1/profiles/openapi.json", "Profile Service");
  for (const name of Object.keys(places) as SectionName[]) sectionRoutes(app, platform, profiles, name);
  activityRoutes(app, platform, activities);
  recommendationRoutes(app, platform, recommendations);
  analyticsRoutes(app, platform, analytics);
  notificationRoutes(app, platform, notifications);
  consentRoutes(app, platform, consents);
  reconciliationRoutes(app, platform, parts);
  erasureRoutes(app, platform, erasures);
  exportRoutes(app, platform, exports);
  pushRoutes(app, platform, push);
  unsubscribePages(app, platform, parts.unsubscribing);
  otherPeopleRoutes(app, platform, parts.others);
  return app;
}

function sectionRoutes(app: ServiceApp, { need }: Platform, profiles: Profiles, name: SectionName): void {
  const { path, what } = places[name];
  const middleware = need("profile:self");
  const done = { description: `The ${what}, with its ETag`, content: json(views[name]) };

  const read = createRoute({
    method: "get",
    path,
    summary: `The caller's ${what}`,
    security,
    middleware,
    responses: { 200: done, ...problems(401, 403) },
  });
  app.openapi(read, async (c) => {
    const { rev, value } = await profiles.read(c.get("caller").uid, name);
    return c.json(value, 200, { etag: etag(rev) });
  });

  const change = createRoute({
    method: "patch",
    path,
    summary: `Change the caller's ${what}; fields left out stay`,
    security,
    middleware,
    request: {
      headers: ifMatchHeader,
      body: body(patches[name]),
    },
    responses: { 200: done, ...problems(400, 401, 403, 412, 413, 415, 422, 428) },
  });
  app.openapi(change, async (c) => {
    const { rev, value } = await profiles.change(c.get("caller").uid, name, c.req.valid("json"), preconditionOf(c));
    return c.json(value, 200, { etag: etag(rev) });
  });
}
