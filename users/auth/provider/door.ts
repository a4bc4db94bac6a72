import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Provider from "oidc-provider";
import type { LiveSession } from "../../platform/identity/sessions.ts";
import type { SigningKeys } from "../../platform/identity/signing-keys.ts";
import { consentPage, notSignedInPage } from "./pages.ts";
import { consentSeconds, newProvider, type ProviderParts, resourceOf } from "./provider.ts";

export type DoorParts = ProviderParts & {
  keys: SigningKeys;
  /** the session of a refresh cookie, without using the cookie up */
  sessionOf: (refreshToken: string) => Promise<LiveSession | undefined>;
  allowedOrigins: readonly string[];
  cookieName: string;
};

type Loaded = { provider: Provider; kids: string };

/**
 * The provider speaks in streams of Node, this process in requests and answers of the web: between them is a socket of
 * the file system that nobody else may open. Both begin with the first request.
 */
export class ProviderDoor {
  private loaded: Promise<Loaded> | undefined;
  private socket: Promise<string> | undefined;

  constructor(private readonly parts: DoorParts) {}

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
      if (/^\/oidc\/interaction\/[\w-]+$/.test(url)) return await this.interact(provider, request, response);
      Object.assign(request, { originalUrl: url, url: url.slice("/oidc".length) || "/" });
      await provider.callback()(request, response);
    } catch (error) {
      this.parts.log("warning", "provider_refused", { reason: error instanceof Error ? error.name : "unknown" });
      if (!response.headersSent) response.writeHead(400, html);
      response.end(notSignedInPage());
    }
  }

  /** Asks, and with the answer, which the browser sends from this very page, takes the session that it has here. */
  private async interact(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { params } = await provider.interactionDetails(request, response);
    const client = await provider.Client.find(String(params.client_id));
    const allowed = (client?.scope ?? "").split(" ");
    const scopes = String(params.scope ?? "")
      .split(" ")
      .filter((scope) => allowed.includes(scope));
    if (request.method !== "POST") {
      response.writeHead(200, html).end(consentPage(client?.clientName ?? "A program", scopes));
      return;
    }
    const answer = new URLSearchParams(await textOf(request)).get("answer");
    const isOwn = this.parts.allowedOrigins.includes(request.headers.origin ?? "");
    const session = isOwn ? await this.parts.sessionOf(cookieOf(request, this.parts.cookieName)) : undefined;
    if (answer !== "allow") {
      const refused = { error: "access_denied", error_description: "the user refused" };
      return provider.interactionFinished(request, response, refused);
    }
    if (!session || !client) return void response.writeHead(401, html).end(notSignedInPage());
    const resources = [params.resource ?? resourceOf(this.parts.publicUrl)].flat().map(String);
    const grantId = await this.grant(provider, client.clientId, session, scopes, resources);
    const login = { accountId: session.uid, ts: session.authTime, acr: session.acr, remember: false };
    const result = { login, consent: { grantId } };
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }

  private async grant(
    provider: Provider,
    clientId: string,
    { uid, sid, epoch, acr }: LiveSession,
    scopes: string[],
    resources: string[],
  ) {
    const grant = new provider.Grant({ accountId: uid, clientId });
    grant.addOIDCScope(scopes.join(" "));
    for (const resource of resources) grant.addResourceScope(resource, scopes.join(" "));
    const grantId = await grant.save();
    await this.parts.repository.keepConsent(grantId, { uid, sid, epoch, acr }, consentSeconds);
    return grantId;
  }
}

const html = { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" };

function cookieOf({ headers }: IncomingMessage, name: string): string {
  const pairs = (headers.cookie ?? "").split(/;\s*/);
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
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
