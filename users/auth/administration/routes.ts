import { createRoute } from "@hono/zod-openapi";
import type { Platform } from "../../platform/context.ts";
import { body, json, problems, security } from "../../platform/http/documentation.ts";
import { pageQuery } from "../../platform/http/paging.ts";
import type { ServiceApp } from "../../platform/http/service-app.ts";
import type { StoredUser } from "../accounts/models.ts";
import { passwordLengths } from "../passwords/schemas.ts";
import {
  accountPage,
  accountView,
  auditPage,
  auditQuery,
  policiesView,
  reasonGiven,
  rolesGiven,
  userIdPath,
  usersQuery,
} from "./schemas.ts";
import type { Administration, Deed } from "./service.ts";
import { accountOf, auditedOf } from "./views.ts";

/** Accounts in the hands of administrators, by two factors; and what each user may read of the own account's history. */
export function administrationRoutes(app: ServiceApp, platform: Platform, administration: Administration): void {
  listRoutes(app, platform, administration);
  deedRoutes(app, platform, administration);
  roleRoutes(app, platform, administration);
  auditRoutes(app, platform, administration);
  policyRoutes(app, platform);
}

function listRoutes(app: ServiceApp, { need, cursors }: Platform, administration: Administration): void {
  const list = createRoute({
    method: "get",
    path: "/api/v1/auth/admin/users",
    summary: "The accounts of the platform, by status or by an exact address",
    security,
    middleware: need("user:list", { aal2: true }),
    request: { query: usersQuery },
    responses: { 200: { description: "A page", content: json(accountPage) }, ...problems(401, 403, 422) },
  });
  app.openapi(list, async (c) => {
    const { limit, cursor, status, email } = c.req.valid("query");
    const place = `accounts|${c.get("caller").uid}|${status ?? ""}`;
    const page = await administration.list({ status, email }, { limit, after: cursors.open(cursor, place) });
    return c.json({ items: page.items.map(accountOf), next: cursors.seal(page.next, place) }, 200);
  });
}

const deeds = ["approve", "deny", "disable", "enable"] as const;
const summaries = {
  approve: "Approve an account that waits, or that was denied; its owner gets a mail",
  deny: "Deny an account that waits; its owner gets a mail with the reason",
  disable: "Disable an account: its sessions end at once, and nobody signs in",
  enable: "Enable an account again",
};

function deedRoutes(app: ServiceApp, { need }: Platform, administration: Administration): void {
  for (const deed of deeds) {
    const route = createRoute({
      method: "post",
      path: `/api/v1/auth/admin/users/{id}/${deed}`,
      summary: summaries[deed],
      security,
      middleware: need("user:disable", { aal2: true }),
      request: { params: userIdPath, body: body(reasonGiven) },
      responses: {
        200: { description: "The account", content: json(accountView) },
        ...problems(400, 401, 403, 404, 409, 413, 415, 422),
      },
    });
    const carryOut: Record<typeof deed, (given: Deed) => Promise<StoredUser>> = {
      approve: (given) => administration.approve(given),
      deny: (given) => administration.deny(given),
      disable: (given) => administration.disable(given),
      enable: (given) => administration.enable(given),
    };
    app.openapi(route, async (c) => {
      const given = { actor: c.get("caller").uid, target: c.req.valid("param").id, ...c.req.valid("json") };
      return c.json(accountOf(await carryOut[deed](given)), 200);
    });
  }
}

function roleRoutes(app: ServiceApp, { need }: Platform, administration: Administration): void {
  const roles = createRoute({
    method: "put",
    path: "/api/v1/auth/admin/users/{id}/roles",
    summary: "Give a user these roles and no others; the user's sessions end at once",
    security,
    middleware: need("user:role", { aal2: true }),
    request: { params: userIdPath, body: body(rolesGiven) },
    responses: {
      200: { description: "The account", content: json(accountView) },
      ...problems(400, 401, 403, 404, 409, 413, 415, 422),
    },
  });
  app.openapi(roles, async (c) => {
    const { roles: wanted, reason } = c.req.valid("json");
    const deed = { actor: c.get("caller").uid, target: c.req.valid("param").id, reason };
    return c.json(accountOf(await administration.setRoles(deed, wanted, c.get("traceparent"))), 200);
  });
}

function auditRoutes(app: ServiceApp, { need, cursors }: Platform, administration: Administration): void {
  const all = createRoute({
    method: "get",
    path: "/api/v1/auth/admin/audit",
    summary: "What happened to an account, the newest first",
    security,
    middleware: need("audit:read", { aal2: true }),
    request: { query: auditQuery },
    responses: { 200: { description: "A page", content: json(auditPage) }, ...problems(401, 403, 422) },
  });
  app.openapi(all, async (c) => {
    const { limit, cursor, user } = c.req.valid("query");
    const place = `audit|${c.get("caller").uid}|${user}`;
    const page = await administration.audit(user, { limit, after: cursors.open(cursor, place) });
    const items = page.items.map((item) => auditedOf(item));
    return c.json({ items, next: cursors.seal(page.next, place) }, 200);
  });

  const own = createRoute({
    method: "get",
    path: "/api/v1/auth/audit",
    summary: "What happened to the caller's account, the newest first",
    security,
    middleware: need("session:self"),
    request: { query: pageQuery },
    responses: { 200: { description: "A page", content: json(auditPage) }, ...problems(401, 403, 422) },
  });
  app.openapi(own, async (c) => {
    const { limit, cursor } = c.req.valid("query");
    const { uid } = c.get("caller");
    const place = `audit|${uid}`;
    const page = await administration.audit(uid, { limit, after: cursors.open(cursor, place) });
    const items = page.items.map((item) => auditedOf(item, uid));
    return c.json({ items, next: cursors.seal(page.next, place) }, 200);
  });
}

function policyRoutes(app: ServiceApp, { need, settings }: Platform): void {
  const policies = createRoute({
    method: "get",
    path: "/api/v1/auth/admin/policies",
    summary: "The security policies that hold, as the operator has set them",
    security,
    middleware: need("user:list", { aal2: true }),
    responses: { 200: { description: "The policies", content: json(policiesView) }, ...problems(401, 403) },
  });
  app.openapi(policies, (c) =>
    c.json(
      {
        password: { ...passwordLengths, breached_list: settings.BELLWETHER_POLICY_BREACHED_PASSWORDS !== undefined },
        mfa_roles: [...settings.mfaRoles],
        verification: settings.BELLWETHER_POLICY_VERIFICATION,
        approval: settings.BELLWETHER_POLICY_APPROVAL,
        access_token_seconds: settings.AUTH_ACCESS_TOKEN_SECONDS,
        sessions: {
          cap: settings.SESSIONS_CAP,
          cap_administrator: settings.SESSIONS_CAP_ADMINISTRATOR,
          by_role: settings.SESSIONS_POLICIES,
        },
      },
      200,
    ),
  );
}
