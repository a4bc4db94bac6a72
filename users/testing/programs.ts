import * as client from "openid-client";
import { newClient } from "../auth/provider/schemas.ts";
import type { ScannableTable } from "../platform/dynamo/table.ts";
import type { Settings } from "../platform/settings.ts";
import { Harness, type Person } from "./harness.ts";
import { freePort } from "./servers.ts";

/** Programs that log people in by the platform, with a client library of OpenID Connect; for tests only. */

export const callback = "http://127.0.0.1:9/callback";

/** A browser at the provider: the cookies that it was given, and those of the person. */
export class Browser {
  readonly jar = new Map<string, string>();
  constructor(private readonly base: string) {}

  async go(to: string, form?: Record<string, string>, origin = this.base): Promise<Response> {
    const cookie = [...this.jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const posted = form && { method: "POST", body: new URLSearchParams(form) };
    const answer = await fetch(to, { redirect: "manual", headers: { cookie, ...(form && { origin }) }, ...posted });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      this.jar.set(name, value);
    }
    const next = answer.headers.get("location");
    if (!next || next.startsWith(callback)) return answer;
    return this.go(new URL(next, to).href);
  }

  /** Keeps a cookie as it stands in a header: `name=value`. */
  keep(cookie: string): void {
    const [name = "", value = ""] = cookie.split("=");
    this.jar.set(name, value);
  }
}

/** What shows that a form is of the page that was given. */
export const proofIn = (page: string): string => /name="proof" value="([^"]+)"/.exec(page)?.[1] ?? "";

export type Program = { id: string; secret: string | null; configuration: client.Configuration };
export type Asking = { answer?: string; origin?: string; resource?: string };

/** The services behind a port, with an administrator who lets programs in. */
export class Programs {
  private constructor(
    readonly house: Harness,
    readonly base: string,
    readonly administrator: string,
    readonly stop: () => void,
  ) {}

  static async ready(change: Partial<Settings> = {}, table?: ScannableTable): Promise<Programs> {
    const port = await freePort();
    const base = `http://localhost:${port}`;
    const settings = { BELLWETHER_PUBLIC_URL: base, allowedOrigins: [base], ...change };
    const house = await Harness.ready(settings, table && { table });
    const { app } = house.composed;
    const fetch = (request: Request) => app.fetch(request, { address: "127.0.0.1" });
    const server = Bun.serve({ port, hostname: "127.0.0.1", fetch });
    const person = await house.person("administrator");
    const administrator = await house.tokenOf(person, { acr: "aal2", roles: ["administrator"] });
    return new Programs(house, base, administrator, () => void server.stop(true));
  }

  async program(change: object = {}): Promise<Program> {
    const body = { name: "Notebooks <b>", redirect_uris: [callback], scopes: ["chat:use", "flock:read"], ...change };
    const answer = await this.house.call("POST", "/api/v1/auth/clients", { token: this.administrator, body });
    const { id, client_secret: secret } = newClient.parse(await answer.json());
    const execute = [client.allowInsecureRequests, client.enableNonRepudiationChecks];
    const proof = secret === null ? client.None() : client.ClientSecretBasic(secret);
    const metadata = { id_token_signed_response_alg: "ES256" };
    const configuration = await client.discovery(new URL(`${this.base}/oidc`), id, metadata, proof, { execute });
    return { id, secret, configuration };
  }

  /** Somebody's browser at the consent page and what came of the answer. */
  async authorize({ configuration }: Program, person: Person | undefined, scope: string, asking: Asking = {}) {
    const { answer = "allow", origin = this.base, resource } = asking;
    const verifier = client.randomPKCECodeVerifier();
    const state = client.randomState();
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: callback,
      scope,
      state,
      ...(resource && { resource }),
      prompt: "consent",
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    });
    const browser = new Browser(this.base);
    if (person) browser.keep(person.cookie);
    const page = await browser.go(url.href);
    const text = await page.text();
    const answered = await browser.go(page.url, { answer, proof: proofIn(text) }, origin);
    const back = answered.headers.get("location");
    const checks = { pkceCodeVerifier: verifier, expectedState: state };
    const exchange = () => client.authorizationCodeGrant(configuration, new URL(back ?? this.base), checks);
    return { browser, page, text, answered, back: back ? new URL(back) : undefined, exchange };
  }

  async tokensFor(program: Program, person: Person, scope: string) {
    return (await this.authorize(program, person, scope)).exchange();
  }

  use = (token: string) => this.house.call("GET", "/api/v1/chats", { token });
}
