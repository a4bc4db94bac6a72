import { notFound, Problem } from "../../platform/problems.ts";
import { sealText, unsealText } from "../../platform/secrets/sealing.ts";
import type { Institution } from "./models.ts";
import type { InstitutionRepository } from "./repository.ts";

export type Wanted = Omit<Institution, "sealedSecret" | "revision"> & { secret: string | undefined };

const placeOf = (id: string, issuer: string) => `institution|${id}|${issuer}`;

/** The secret at an institution; it is sealed for that issuer, so that no change of the address sends it elsewhere. */
export const secretOf =
  (kek: Uint8Array) =>
  ({ id, issuer, sealedSecret }: Institution): string =>
    unsealText(kek, sealedSecret, placeOf(id, issuer));

/** What administrators do: which institutions there are. */
export class InstitutionAdministration {
  constructor(
    private readonly institutions: InstitutionRepository,
    private readonly kek: Uint8Array,
  ) {}

  all(): Promise<Institution[]> {
    return this.institutions.all();
  }

  /** Without a secret the one that is there stays, as long as the issuer does. */
  async put({ secret, ...wanted }: Wanted, actor: string): Promise<Institution> {
    const seen = await this.institutions.get(wanted.id);
    const kept = seen?.issuer === wanted.issuer ? seen.sealedSecret : undefined;
    const sealedSecret = secret ? sealText(this.kek, secret, placeOf(wanted.id, wanted.issuer)) : kept;
    if (!sealedSecret) throw secretMissing();
    const institution = { ...wanted, sealedSecret, revision: (seen?.revision ?? 0) + 1 };
    if (await this.institutions.put(institution, seen?.revision, actor)) return institution;
    throw new Problem(409, "conflict", "Somebody else has just changed this institution: look again.");
  }

  async remove(id: string, actor: string): Promise<void> {
    if (!(await this.institutions.remove(id, actor))) throw notFound("institution");
  }
}

function secretMissing(): Problem {
  const message = "A new institution, and one with a new issuer, needs its client_secret.";
  const error = {
    row: null,
    field: "client_secret",
    code: "missing",
    message,
    fix: "Send what the institution gave you.",
  };
  return new Problem(422, "invalid", message, { errors: [error] });
}
