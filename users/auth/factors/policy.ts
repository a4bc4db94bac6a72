import { enrolling, type Role } from "../../platform/identity/permissions.ts";

/** Which roles need a second factor. */
export class FactorPolicy {
  constructor(private readonly roles: readonly Role[]) {}

  requires(held: readonly Role[]): boolean {
    return held.some((role) => this.roles.includes(role));
  }

  /** The roles that a token says: without the second factor that a role needs, a user may do no more than enrol one. */
  rolesIn(held: readonly Role[], acr: string): readonly string[] {
    return this.requires(held) && acr !== "aal2" ? [enrolling] : held;
  }
}
