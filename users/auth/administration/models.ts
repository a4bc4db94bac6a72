import { z } from "zod";
import { userItem } from "../accounts/models.ts";

export const statuses = ["active", "unverified", "waiting", "denied", "disabled"] as const;
export type Status = (typeof statuses)[number];

/** A user as an administrator sees one: no secret is read. */
export const listedItem = userItem
  .pick({ uid: true, email: true, name: true, roles: true, disabled: true, verified: true, approval: true })
  .extend({ gsi1sk: z.string() });
export type Listed = z.infer<typeof listedItem>;

export const auditItem = z.object({
  event: z.string(),
  at: z.string(),
  actor: z.string(),
  reason: z.string().optional(),
  device: z.string().optional(),
});
export type Audited = z.infer<typeof auditItem>;

export function statusOf({ disabled, approval, verified }: Omit<Listed, "gsi1sk">): Status {
  if (disabled) return "disabled";
  if (approval === "waiting" || approval === "denied") return approval;
  return verified ? "active" : "unverified";
}
