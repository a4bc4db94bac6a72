import { type Listed, statusOf } from "./models.ts";
import type { Audited } from "./service.ts";

export const accountOf = (user: Omit<Listed, "gsi1sk">) => ({
  id: user.uid,
  email: user.email,
  name: user.name,
  roles: [...user.roles],
  status: statusOf(user),
});

/** Users see that an administrator acted, and why, but not who it was. */
export function auditedOf({ event, at, actor, reason, device }: Audited, reader?: string) {
  const shown = reader === undefined || actor === "operator" ? actor : actor === reader ? "self" : "administrator";
  return { event, at, actor: shown, reason: reason ?? null, device: device ?? null };
}
