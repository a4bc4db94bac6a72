import { notFound, Problem } from "../../platform/problems.ts";
import type { Identity } from "../institutions/models.ts";
import type { IdentityRepository } from "./repository.ts";

/** The institutions that open an account. */
export class Identities {
  constructor(private readonly repository: IdentityRepository) {}

  async of(uid: string): Promise<Identity[]> {
    const found = await this.repository.of(uid);
    return found.sort((a, b) => a.linked - b.linked);
  }

  async remove(uid: string, id: string): Promise<void> {
    const outcome = await this.repository.remove(uid, id);
    if (outcome === "not_found") throw notFound("identity");
    if (outcome === "last_way_in")
      throw new Problem(409, "last_way_in", "Nothing else opens your account: set a password first.");
  }
}
