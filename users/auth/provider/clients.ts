import type { Scope, ServiceScope } from "../../platform/identity/permissions.ts";
import type { SessionChecker } from "../../platform/identity/sessions.ts";
import { randomText, uuid } from "../../platform/ids.ts";
import { notFound } from "../../platform/problems.ts";
import { sealText } from "../../platform/secrets/sealing.ts";
import { clientSecretPlace } from "./adapter.ts";
import { clientIn, grantIn, type ProviderClient } from "./models.ts";
import type { ProviderRepository } from "./repository.ts";

export type { ProviderClient };
export type WantedClient = {
  name: string;
  redirectUris: readonly string[];
  scopes: readonly Scope[];
  devices: boolean;
  backchannelLogoutUri?: string;
  postLogoutRedirectUris: readonly string[];
  serviceScopes: readonly ServiceScope[];
  isPublic: boolean;
};

/**
 * Whether a program is still known, and what somebody allowed it still counts; every process asks, so this needs the table
 * only. A program may act in the name of whoever allowed it, and for itself where it was given anything for that.
 */
export class StandingClients implements SessionChecker {
  constructor(private readonly repository: ProviderRepository) {}

  async isLive(sid: string, uid: string): Promise<boolean> {
    const grant = grantIn(sid);
    if (grant !== undefined) return (await this.repository.consentAt(grant))?.uid === uid;
    const client = await this.repository.client(clientIn(sid) ?? "");
    return client !== undefined && (client.id !== uid || client.serviceScopes.length > 0);
  }
}

/** The programs that may log people in by this platform; administrators decide which. */
export class ProviderClients {
  constructor(
    private readonly repository: ProviderRepository,
    private readonly kek: Uint8Array,
    private readonly clock: () => number,
  ) {}

  all(): Promise<ProviderClient[]> {
    return this.repository.clients();
  }

  /** The secret is told this once. */
  async create({ isPublic, ...wanted }: WantedClient, actor: string) {
    const id = uuid(this.clock());
    const secret = isPublic ? undefined : randomText(32);
    const sealedSecret = secret && sealText(this.kek, secret, clientSecretPlace(id));
    const { redirectUris, postLogoutRedirectUris, scopes, serviceScopes } = wanted;
    const addresses = { redirectUris: [...redirectUris], postLogoutRedirectUris: [...postLogoutRedirectUris] };
    const lists = { ...addresses, scopes: [...scopes], serviceScopes: [...serviceScopes] };
    const client = { id, ...wanted, ...lists, ...(sealedSecret && { sealedSecret }) };
    await this.repository.putClient(client, actor);
    return { client, secret };
  }

  async remove(id: string, actor: string): Promise<void> {
    if (!(await this.repository.removeClient(id, actor))) throw notFound("client");
  }
}
