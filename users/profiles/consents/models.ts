import { z } from "zod";

/** What farms show to research projects: the scopes of their consents, which owners give farm by farm. */
export const scopes = ["measurements", "genotypes", "breeding_values"] as const;
export type Scope = (typeof scopes)[number];

/** `as_given`: each consent that the person gave for a farm counts; `withdrawn`: none of them does. */
const state = z.enum(["as_given", "withdrawn"]);
export const consentFields = { measurements: state, genotypes: state, breeding_values: state };
export const consents = z.object(consentFields);
export type Consents = z.infer<typeof consents>;

/** Nothing is shown until an owner consents for a farm, so there is nothing to hold back before. */
export const untouched: Consents = { measurements: "as_given", genotypes: "as_given", breeding_values: "as_given" };

export const withdrawnOf = (given: Consents): Scope[] => scopes.filter((scope) => given[scope] === "withdrawn");
