import type Provider from "oidc-provider";
import { type Clock, seconds } from "../../platform/clock.ts";
import type { LiveSession } from "../../platform/identity/sessions.ts";
import { resourceOf } from "./models.ts";

export type Interaction = Awaited<ReturnType<Provider["interactionDetails"]>>;
/** What a program asks of a person. */
export type Asking = {
  clientId: string;
  name: string;
  scopes: string[];
  resources: string[];
  /** the page that asks */
  returnTo: string;
  /** where the answer goes; a device asks for itself */
  leadsTo: string | undefined;
};

export async function askingOf(provider: Provider, { uid, params }: Interaction, publicUrl: string): Promise<Asking> {
  const client = await provider.Client.find(String(params.client_id));
  if (!client) throw new Error("the program has been removed");
  const allowed = (client.scope ?? "").split(" ");
  const scopes = String(params.scope ?? "")
    .split(" ")
    .filter((scope) => allowed.includes(scope));
  return {
    clientId: client.clientId,
    name: client.clientName ?? "A program",
    scopes,
    resources: [params.resource ?? resourceOf(publicUrl)].flat().map(String),
    returnTo: `/oidc/interaction/${uid}`,
    leadsTo: sourceOf(params.redirect_uri),
  };
}

/** As a policy of content names a place; it knows no addresses of IPv6. */
export function sourceOf(uri: unknown): string | undefined {
  const url = typeof uri === "string" ? URL.parse(uri) : null;
  if (!url) return undefined;
  return url.hostname.startsWith("[") ? url.protocol : url.origin;
}

/** Whether somebody has proved who they are as late as the program asks for. */
export function isRecent({ params, iat }: Interaction, { authTime }: LiveSession, clock: Clock): boolean {
  // whoever has shown it since the program asked has shown it late enough, however long the page is looked at
  if (authTime >= iat) return true;
  const prompts = String(params.prompt ?? "").split(" ");
  if (prompts.includes("login")) return false;
  return params.max_age === undefined || authTime >= seconds(clock) - Number(params.max_age);
}
