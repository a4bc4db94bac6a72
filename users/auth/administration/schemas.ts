import { z } from "@hono/zod-openapi";
import { pageQuery } from "../../platform/http/paging.ts";
import { rolesField, userPath } from "../accounts/schemas.ts";
import { statuses } from "./models.ts";

const reason = z.string().trim().min(3).max(500).openapi({ example: "left the flock in March" });
export const userIdPath = z.object({ id: userPath.shape.uid });
export const reasonGiven = z.strictObject({ reason }).openapi("Reason", { example: { reason: "left in March" } });
export const rolesGiven = z
  .strictObject({
    roles: rolesField.min(1).refine((list) => new Set(list).size === list.length, "names a role twice"),
    reason,
  })
  .openapi("RolesGiven", { example: { roles: ["farmer"], reason: "keeps sheep since March" } });

export const usersQuery = pageQuery.extend({
  status: z.enum(statuses).optional(),
  email: z.string().max(254).optional().openapi({ description: "exactly this address" }),
});
export const auditQuery = pageQuery.extend({ user: userPath.shape.uid });

export const accountView = z
  .object({
    id: z.string(),
    email: z.string(),
    name: z.string(),
    roles: rolesField,
    status: z.enum(statuses),
  })
  .openapi("Account", {
    example: {
      id: "01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4d",
      email: "mary@hillfarm.example",
      name: "Mary Hill",
      roles: ["farmer"],
      status: "active",
    },
  });
export const accountPage = z
  .object({ items: z.array(accountView), next: z.string().nullable() })
  .openapi("AccountPage", { example: { items: [], next: null } });

const auditView = z.object({
  event: z.string(),
  at: z.string(),
  actor: z.string(),
  reason: z.string().nullable(),
  device: z.string().nullable(),
});
export const auditPage = z
  .object({ items: z.array(auditView), next: z.string().nullable() })
  .openapi("AuditPage", { example: { items: [], next: null } });

export const policiesView = z
  .object({
    password: z.object({ min_length: z.number().int(), max_length: z.number().int(), breached_list: z.boolean() }),
    mfa_roles: rolesField,
    verification: z.enum(["required", "optional"]),
    approval: z.string(),
    access_token_seconds: z.number().int(),
    sessions: z.object({ cap: z.number().int(), cap_administrator: z.number().int(), by_role: z.string() }),
  })
  .openapi("Policies");
