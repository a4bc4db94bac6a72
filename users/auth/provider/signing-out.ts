import type { IncomingMessage, ServerResponse } from "node:http";
import type Provider from "oidc-provider";
import { mark, sameSecret } from "../../platform/hashes.ts";
import type { LiveSession } from "../../platform/identity/sessions.ts";
import { rendered } from "../../platform/pages/page.ts";
import { clearedRefreshCookie } from "../signing-in/cookie.ts";
import { sourceOf } from "./asking.ts";
import { hereAgainPage, type Leaving, leavePage, leftPage, refusedPage, stayedPage } from "./pages.ts";
import type { ProviderRepository } from "./repository.ts";

export const endSessionPath = "/oidc/session/end";

export type SigningOutParts = {
  repository: Pick<ProviderRepository, "client">;
  kek: Uint8Array;
  allowedOrigins: readonly string[];
  endSession: (session: LiveSession) => Promise<unknown>;
};
export type Asked = { said: URLSearchParams; isPost: boolean; origin: string | undefined };
type Who = { session: LiveSession; user: { email: string } } | undefined;

/**
 * A program asks that its user be signed out (OpenID Connect RP-Initiated Logout). The person says so on a page of ours,
 * for any site can send a browser here; then the session of this browser ends, with all that was allowed in it.
 */
export class SigningOut {
  constructor(private readonly parts: SigningOutParts) {}

  async answer(provider: Provider, { said, isPost, origin }: Asked, who: Who, response: ServerResponse): Promise<void> {
    const leaving = await this.leavingOf(provider, said);
    if (!leaving) return show(response, 400, refusedPage());
    const isAnswer = isPost && said.has("proof");
    // the cookie of the session does not come along from another site: a page that goes on by itself brings it
    if (!who && !said.has("here") && !isAnswer) return show(response, 200, hereAgainPage(pathOf(leaving)));
    if (!who) return this.leave(response, leaving);
    const proof = mark(this.parts.kek, "oidc-logout", who.session.sid);
    const isOurs = isAnswer && sameSecret(said.get("proof") ?? "", proof);
    if (isAnswer && !(isOurs && this.parts.allowedOrigins.includes(origin ?? "")))
      return show(response, 403, refusedPage());
    if (!isAnswer) return show(response, 200, leavePage(leaving, endSessionPath, who.user.email, proof));
    if (said.get("answer") !== "leave") return show(response, 200, stayedPage());
    await this.parts.endSession(who.session);
    this.leave(response, leaving, { "set-cookie": clearedRefreshCookie });
  }

  /** Undefined when it names a program that is not known, or an address that the program has not registered. */
  private async leavingOf(provider: Provider, said: URLSearchParams): Promise<Leaving | undefined> {
    const [hint, named, goTo] = ["id_token_hint", "client_id", "post_logout_redirect_uri"].map((name) =>
      said.get(name),
    );
    const clientId = hint ? await audienceOf(provider, hint) : (named ?? undefined);
    if (hint && (clientId === undefined || (named && named !== clientId))) return undefined;
    const client = clientId === undefined ? undefined : await this.parts.repository.client(clientId);
    if (clientId !== undefined && !client) return undefined;
    if (goTo && !client?.postLogoutRedirectUris.includes(goTo)) return undefined;
    return {
      clientId,
      name: client?.name,
      goTo: goTo ?? undefined,
      state: said.get("state") ?? undefined,
      leadsTo: sourceOf(goTo),
    };
  }

  private leave(response: ServerResponse, { goTo, state }: Leaving, headers: Record<string, string> = {}): void {
    if (goTo === undefined) {
      show(response, 200, leftPage(), headers);
      return;
    }
    const location = new URL(goTo);
    if (state !== undefined) location.searchParams.set("state", state);
    response.writeHead(303, { ...headers, location: location.href, "cache-control": "no-store" }).end();
  }
}

/** Of an id token of ours, however old it is. */
async function audienceOf(provider: Provider, hint: string): Promise<string | undefined> {
  try {
    const [, body = ""] = hint.split(".");
    const { aud } = JSON.parse(Buffer.from(body, "base64url").toString("utf8"));
    const client = await provider.Client.find(String(aud));
    if (!client) return undefined;
    await provider.IdToken.validate(hint, client);
    return client.clientId;
  } catch {
    return undefined;
  }
}

function pathOf({ clientId, goTo, state }: Leaving): string {
  const said = { client_id: clientId, post_logout_redirect_uri: goTo, state, here: "" };
  const given = Object.entries(said).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return `${endSessionPath}?${new URLSearchParams(given)}`;
}

function show(
  response: ServerResponse,
  status: number,
  page: Parameters<typeof rendered>[0],
  more: Record<string, string> = {},
): void {
  const { body, headers } = rendered(page);
  response.writeHead(status, { ...headers, ...more }).end(body);
}

/** What is asked, by either method; a parameter that comes twice is no question. */
export async function askedOf(request: IncomingMessage, textOf: () => Promise<string>): Promise<Asked> {
  const isPost = request.method === "POST";
  const said = isPost
    ? new URLSearchParams(await textOf())
    : new URL(request.url ?? "", "http://provider").searchParams;
  if (new Set(said.keys()).size !== [...said.keys()].length) throw new Error("a parameter was given twice");
  return { said, isPost, origin: request.headers.origin };
}
