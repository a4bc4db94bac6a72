import type { Scope } from "../../platform/identity/permissions.ts";
import { randomText, uuid } from "../../platform/ids.ts";
import { notFound } from "../../platform/problems.ts";
import { sealText } from "../../platform/secrets/sealing.ts";
import { clientSecretPlace } from "./adapter.ts";
import type { ProviderClient } from "./models.ts";
import type { ProviderRepository } from "./repository.ts";

export type { ProviderClient };
export type WantedClient = {
  name: string;
  redirectUris: readonly string[];
  scopes: readonly Scope[];
  devices: boolean;
  isPublic: boolean;
};

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
  async create({ name, redirectUris, scopes, devices, isPublic }: WantedClient, actor: string) {
    const id = uuid(this.clock());
    const secret = isPublic ? undefined : randomText(32);
    const sealedSecret = secret && sealText(this.kek, secret, clientSecretPlace(id));
    const fixed = { id, name, redirectUris: [...redirectUris], scopes: [...scopes], devices };
    const client = { ...fixed, ...(sealedSecret && { sealedSecret }) };
    await this.repository.putClient(client, actor);
    return { client, secret };
  }

  async remove(id: string, actor: string): Promise<void> {
    if (!(await this.repository.removeClient(id, actor))) throw notFound("client");
  }
}
