import { z } from "@hono/zod-openapi";
import { grantable, serviceScopes } from "../../platform/identity/permissions.ts";
import { isSafe } from "./safe-address.ts";

const safeUri = z.string().max(500).refine(isSafe, "is neither https nor of this machine");

const described = {
  name: z
    .string()
    .trim()
    .min(1)
    .max(80)
    .refine((text) => !/\p{Cc}/u.test(text), "contains control characters"),
  redirect_uris: z.array(safeUri).max(10),
  scopes: z.array(z.enum(grantable)).max(grantable.length),
  devices: z.boolean().default(false),
  post_logout_redirect_uris: z.array(safeUri).max(10).default([]).openapi({
    description: "Where its user may go on who was signed out at its wish (OpenID Connect RP-Initiated Logout).",
  }),
  backchannel_logout_uri: safeUri.nullable().default(null).openapi({
    description:
      "Where it is told that a session is over in which it was allowed (OpenID Connect Back-Channel Logout).",
  }),
  service_scopes: z
    .array(z.enum(serviceScopes))
    .max(serviceScopes.length)
    .default([])
    .openapi({ description: "What it may for itself, without a user, by its own secret (client credentials)." }),
};
const example = {
  name: "Notebooks",
  redirect_uris: ["https://notebooks.example/callback"],
  scopes: ["flock:read" as const],
  devices: false,
  post_logout_redirect_uris: ["https://notebooks.example/"],
  backchannel_logout_uri: "https://notebooks.example/logout",
  service_scopes: [],
};

export const clientRequest = z
  .strictObject({ ...described, public: z.boolean().default(false) })
  .refine((given) => !given.public || given.service_scopes.length === 0, {
    path: ["service_scopes"],
    message: "needs a secret, which a public program has not",
  })
  .openapi("ClientRequest", { example: { ...example, public: false } });
export const clientView = z
  .object({ id: z.uuid(), ...described })
  .openapi("Client", { example: { id: "01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4d", ...example } });
export type ClientView = z.infer<typeof clientView>;
export const newClient = clientView.extend({ client_secret: z.string().nullable() }).openapi("NewClient");
export const clientList = z.object({ items: z.array(clientView), next: z.null() }).openapi("Clients");
export const clientPath = z.object({ id: z.uuid().openapi({ example: "01958f3e-7d1c-7cc0-9f8e-0d1f6a2b3c4d" }) });
