import type { Adapter, AdapterPayload } from "oidc-provider";
import { z } from "zod";
import { unsealText } from "../../platform/secrets/sealing.ts";
import type { ProviderClient } from "./models.ts";
import type { ProviderRepository } from "./repository.ts";

const linked = z.object({
  grantId: z.string().optional(),
  uid: z.string().optional(),
  userCode: z.string().optional(),
});
export const clientSecretPlace = (id: string): string => `oidc-client|${id}`;

/** The store of the provider, on our six verbs. Clients are those that administrators have configured. */
export function adapterOf(repository: ProviderRepository, kek: Uint8Array) {
  return (kind: string): Adapter => ({
    upsert: (id, payload, life) => repository.put(kind, id, { ...payload }, life, linked.parse({ ...payload })),
    find: async (id) => {
      if (kind !== "Client") return asPayload(await repository.get(kind, id));
      const client = await repository.client(id);
      return client && metadataOf(client, kek);
    },
    findByUid: async (uid) => asPayload(await repository.byPointer("uid", kind, uid)),
    findByUserCode: async (code) => asPayload(await repository.byPointer("code", kind, code)),
    consume: async (id) => {
      if (await repository.consume(kind, id)) return;
      const { errors } = await import("oidc-provider");
      throw new errors.InvalidGrant("it has just been used");
    },
    destroy: (id) => repository.destroy(kind, id),
    revokeByGrantId: (grantId) => repository.destroyGrant(grantId),
  });
}

const asPayload = (found: Record<string, unknown> | undefined): AdapterPayload | undefined => found;

function metadataOf(client: ProviderClient, kek: Uint8Array) {
  const { id, name, redirectUris, scopes, serviceScopes, sealedSecret, devices } = client;
  const isPublic = sealedSecret === undefined;
  const native = redirectUris.some((uri) => uri.startsWith("http:"));
  return {
    client_id: id,
    client_name: name,
    redirect_uris: redirectUris,
    grant_types: [
      ...(redirectUris.length > 0 ? ["authorization_code"] : []),
      "refresh_token",
      ...(devices ? ["urn:ietf:params:oauth:grant-type:device_code"] : []),
      ...(serviceScopes.length > 0 ? ["client_credentials"] : []),
    ],
    response_types: redirectUris.length > 0 ? ["code" as const] : [],
    scope: ["openid", "offline_access", ...scopes, ...serviceScopes].join(" "),
    application_type: native ? ("native" as const) : ("web" as const),
    token_endpoint_auth_method: isPublic ? ("none" as const) : ("client_secret_basic" as const),
    id_token_signed_response_alg: "ES256" as const,
    ...(!isPublic && { client_secret: unsealText(kek, sealedSecret, clientSecretPlace(id)) }),
  };
}
