import { z } from "@hono/zod-openapi";
import { roles } from "../../platform/identity/permissions.ts";
import { loopback } from "./upstream.ts";

const hasNoControls = (text: string) => !/\p{Cc}/u.test(text);
const id = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,39}$/, "is not a short name of small letters, digits and hyphens")
  .openapi({ example: "hill-university" });
const text = (most: number) => z.string().trim().min(1).max(most).refine(hasNoControls, "contains control characters");

/** https, or this machine: what goes there holds the client's secret. */
const isSafe = (given: string) => {
  const url = URL.parse(given);
  return url !== null && (url.protocol === "https:" || (url.protocol === "http:" && loopback.includes(url.hostname)));
};
const domain = z
  .string()
  .max(253)
  .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, "is not a domain in small letters");

/** A path of this platform and nothing else, so that no sign-in can send a browser elsewhere. */
export const isOwnPath = (path: string) => /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(path);
const returnTo = z.string().max(500).refine(isOwnPath, "is not a path of this platform").openapi({ example: "/flock" });

export const institutionPath = z.object({ idp: id });
export const startQuery = z.object({ return_to: returnTo.default("/") });

const described = {
  name: text(120),
  issuer: z.string().max(500).refine(isSafe, "is not an https address"),
  client_id: text(200),
  domains: z.array(domain).max(50),
  acr: text(200).nullable().default(null),
  role: z.enum(roles).exclude(["administrator"]),
  approval: z.boolean().default(false),
};
const example = {
  name: "Hill University",
  issuer: "https://login.hill-university.example",
  client_id: "bellwether",
  domains: ["hill-university.example"],
  acr: null,
  role: "researcher" as const,
  approval: true,
};
export const institutionRequest = z
  .strictObject({ ...described, client_secret: z.string().min(1).max(500).optional() })
  .openapi("InstitutionRequest", { example: { ...example, client_secret: "as the institution gave it" } });
export const institutionView = z
  .object({ id, ...described })
  .openapi("Institution", { example: { id: "hill-university", ...example } });
export type InstitutionView = z.infer<typeof institutionView>;
export const institutionList = z.object({ items: z.array(institutionView), next: z.null() }).openapi("Institutions");

export const doorList = z
  .object({ items: z.array(z.object({ id, name: z.string() })), next: z.null() })
  .openapi("InstitutionNames");

export const linkRequest = z
  .strictObject({ idp: id, return_to: returnTo.default("/") })
  .openapi("LinkRequest", { example: { idp: "hill-university", return_to: "/account" } });
export const linkView = z.object({ url: z.url() }).openapi("LinkStarted");
export const identityView = z
  .object({ id: z.string(), institution: z.string(), linked_at: z.iso.datetime() })
  .openapi("Identity");
export const identityList = z.object({ items: z.array(identityView), next: z.null() }).openapi("Identities");
export const identityPath = z.object({ id: z.string().regex(/^[\w-]{43}$/, "is not the id of an identity") });
