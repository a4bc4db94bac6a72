import { createRoute } from "@hono/zod-openapi";
import type { Platform } from "../../platform/context.ts";
import { json, problems, security } from "../../platform/http/documentation.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import { personForAdministrators, personPath, personView } from "./schemas.ts";
import type { OtherPeople } from "./service.ts";

/** Goes last of its service: every other word at this place in an address is a route of its own. */
export function otherPeopleRoutes(app: ServiceApp, { need }: Platform, others: OtherPeople): void {
  const look = createRoute({
    method: "get",
    path: "/api/v1/profiles/admin/users/{id}",
    summary: "A user's profile, for administrators; the user reads in their audit who has looked",
    security,
    middleware: need("user:list", { aal2: true }),
    request: { params: personPath },
    responses: {
      200: { description: "The profile", content: json(personForAdministrators) },
      ...problems(401, 403, 404, 422),
    },
  });
  app.openapi(look, async (c) => c.json(await others.lookAt(c.get("caller").uid, c.req.valid("param").id), 200));

  const see = createRoute({
    method: "get",
    path: "/api/v1/profiles/{id}",
    summary: "Somebody's profile, as their privacy settings show it to the caller",
    description:
      "`show_profile_to`: `nobody`; `farm`, the members of a farm that both belong to; `institution`, these and those " +
      "who sign in by the same institution; `everyone` who is signed in. Whoever is not shown is not found.",
    security,
    middleware: need("profile:read"),
    request: { params: personPath },
    responses: { 200: { description: "The profile", content: json(personView) }, ...problems(401, 403, 404, 422) },
  });
  app.openapi(see, async (c) => c.json(await others.see(c.get("caller").uid, c.req.valid("param").id), 200));
}
