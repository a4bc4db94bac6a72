import { z } from "zod";
import { roles } from "../../platform/identity/permissions.ts";
import { factors } from "../factors/models.ts";

export const userItem = z.object({
  uid: z.string(),
  email: z.string(),
  name: z.string(),
  roles: z.array(z.enum(roles)),
  pw: z.string(),
  epoch: z.number(),
  disabled: z.boolean().optional(),
  /** Somebody has made sure that the address is the user's own; nobody has while it is absent. */
  verified: z.boolean().optional(),
  /** What an administrator has said, or has still to say, where one is asked. */
  approval: z.enum(["waiting", "approved", "denied"]).optional(),
  ...factors,
});
export type StoredUser = z.infer<typeof userItem>;
