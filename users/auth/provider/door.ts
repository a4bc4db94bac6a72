import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Provider from "oidc-provider";
import { mark, sameSecret } from "../../platform/hashes.ts";
import type { LiveSession } from "../../platform/identity/sessions.ts";
import type { SigningKeys } from "../../platform/identity/signing-keys.ts";
import { type Page, rendered } from "../../platform/pages/page.ts";
import { signInPath } from "../../platform/pages/return-paths.ts";
import { refreshTokenIn } from "../signing-in/cookie.ts";
import { type Asking, askingOf, type Interaction, isRecent } from "./asking.ts";
import { consentPage, hereAgainPage, refusedPage } from "./pages.ts";
import { consentSeconds, newProvider, type ProviderParts } from "./provider.ts";
import { askedOf, endSessionPath, SigningOut, type SigningOutParts } from "./signing-out.ts";

export type DoorParts = ProviderParts & {
  keys: SigningKeys;
  /** the session of a refresh cookie, without using the cookie up */
  sessionOf: (refreshToken: string) => Promise<LiveSession | undefined>;
  allowedOrigins: readonly string[];
  endSession: SigningOutParts["endSession"];
};

type Loaded = { provider: Provider; kids: string };

/**
 * The provider speaks in streams of Node, this process in requests and answers of the web: between them is a socket of
 * the file system that nobody else may open. Both begin with the first request.
 */
export class ProviderDoor {
  private loaded: Promise<Loaded> | undefined;
  private socket: Promise<string> | undefined;
  private readonly signingOut: SigningOut;

  constructor(private readonly parts: DoorParts) {
    this.signingOut = new SigningOut(parts);
  }

  async answer(request: Request): Promise<Response> {
    this.socket ??= this.open();
    const unix = await this.socket;
    const { pathname, search } = new URL(request.url);
    const outside = new URL(this.parts.publicUrl);
    const headers = new Headers(request.headers);
    headers.set("x-forwarded-proto", outside.protocol.slice(0, -1));
    headers.set("x-forwarded-host", outside.host);
    const body = request.method === "GET" || request.method === "HEAD" ? undefined : await request.arrayBuffer();
    const { method } = request;
    const answer = await fetch(`http://provider${pathname}${search}`, {
      unix,
      method,
      headers,
      body,
      redirect: "manual",
    });
    // told anew, for the answer of a fetch cannot be given headers
    return new Response(await answer.arrayBuffer(), { status: answer.status, headers: answer.headers });
  }

  private async open(): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), "bellwether-oidc-"));
    const path = join(folder, "provider.sock");
    const server = createServer((request, response) => void this.serve(request, response));
    await new Promise<void>((resolve) => server.listen(path, resolve));
    server.unref();
    process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
    return path;
  }

  /** The provider with the keys of now: after a rotation it is made anew. */
  private async provider(): Promise<Provider> {
    const keys = await this.parts.keys.privateKeys();
    const kids = keys.map(({ kid }) => kid).join(" ");
    const before = await this.loaded;
    if (before?.kids === kids) return before.provider;
    this.loaded = newProvider(this.parts, keys).then((provider) => ({ provider, kids }));
    return (await this.loaded).provider;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const provider = await this.provider();
      const url = request.url ?? "/oidc";
      const asked = /^\/oidc\/interaction\/([\w-]+)(\?here)?$/.exec(url);
      if (asked) return await this.interact(provider, request, response, asked[1] ?? "", asked[2] !== undefined);
      if (url.split("?")[0] === endSessionPath) {
        const said = await askedOf(request, () => textOf(request));
        return await this.signingOut.answer(provider, said, await this.personOf(request), response);
      }
      Object.assign(request, { originalUrl: url, url: url.slice("/oidc".length) || "/" });
      await provider.callback()(request, response);
    } catch (error) {
      this.parts.log("warning", "provider_refused", { reason: error instanceof Error ? error.name : "unknown" });
      if (response.headersSent) return void response.end();
      show(response, 400, refusedPage());
    }
  }

  /**
   * Asks, and with the answer, which the browser sends from this very page, takes the session that it has here. The
   * cookie of a session does not come along from another site: a page that goes on by itself brings it.
   */
  private async interact(
    provider: Provider,
    request: IncomingMessage,
    response: ServerResponse,
    uid: string,
    isHere: boolean,
  ): Promise<void> {
    const details: Interaction = await provider.interactionDetails(request, response);
    if (details.uid !== uid) throw new Error("the page is of another request");
    const asking = await askingOf(provider, details, this.parts.publicUrl);
    const isPost = request.method === "POST";
    const said = new URLSearchParams(isPost ? await textOf(request) : "");
    if (isPost && !this.parts.allowedOrigins.includes(request.headers.origin ?? ""))
      return show(response, 403, refusedPage());
    if (isPost && said.get("answer") !== "allow") {
      const refused = { error: "access_denied", error_description: "the user refused" };
      return provider.interactionFinished(request, response, refused);
    }
    const who = await this.personOf(request);
    if (!who && !isPost && !isHere) return show(response, 200, hereAgainPage(`/oidc/interaction/${uid}?here`));
    if (!who || !isRecent(details, who.session, this.parts.clock)) {
      const location = signInPath(`/oidc/interaction/${uid}`);
      return void response.writeHead(303, { location, "cache-control": "no-store" }).end();
    }
    const proof = mark(this.parts.kek, "oidc-consent", `${uid}|${who.session.sid}`);
    // it was shown for this request, and to whom it shall bind
    if (!isPost || !sameSecret(said.get("proof") ?? "", proof))
      return show(response, isPost ? 403 : 200, consentPage(asking, who.user.email, proof));
    const grantId = await this.grant(provider, who.session, asking);
    const { uid: accountId, authTime: ts, acr } = who.session;
    const result = { login: { accountId, ts, acr, remember: false }, consent: { grantId } };
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }

  /** Who is signed in in this browser. */
  private async personOf(request: IncomingMessage) {
    const session = await this.parts.sessionOf(refreshTokenIn(request.headers.cookie ?? ""));
    const user = session && (await this.parts.users.byId(session.uid));
    return session && user && !user.disabled && user.epoch === session.epoch ? { session, user } : undefined;
  }

  private async grant(
    provider: Provider,
    { uid, sid, epoch, acr }: LiveSession,
    { clientId, scopes, resources }: Asking,
  ) {
    const grant = new provider.Grant({ accountId: uid, clientId });
    grant.addOIDCScope(scopes.join(" "));
    for (const resource of resources) grant.addResourceScope(resource, scopes.join(" "));
    const grantId = await grant.save();
    await this.parts.repository.keepConsent(grantId, clientId, { uid, sid, epoch, acr }, consentSeconds);
    return grantId;
  }
}

function show(response: ServerResponse, status: number, page: Page): void {
  const { body, headers } = rendered(page);
  response.writeHead(status, headers).end(body);
}

const longestForm = 4_096;

async function textOf(request: AsyncIterable<Uint8Array>): Promise<string> {
  let text = "";
  for await (const part of request) {
    text += Buffer.from(part).toString("utf8");
    if (text.length > longestForm) throw new Error("the form is too long");
  }
  return text;
}
