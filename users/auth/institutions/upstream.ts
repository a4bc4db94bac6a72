import type { Configuration } from "openid-client";
import { z } from "zod";
import { oneSpelling } from "../../platform/addresses.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Outgoing } from "../../platform/outgoing/outgoing.ts";
import { Problem } from "../../platform/problems.ts";
import { type Log, reason } from "../../platform/telemetry/logging.ts";
import type { Assertion, Institution } from "./models.ts";

export type Checks = { state: string; nonce: string; verifier: string };
type Library = typeof import("openid-client");
type Known = { at: number; configuration: Promise<Configuration>; failed: boolean };

const freshMs = 3_600_000;
const pauseMs = 2_000;
const answersWithin = 5;

const person = z.object({
  email: z.string().max(254).optional(),
  email_verified: z.boolean().optional(),
  name: z.string().max(400).optional(),
  acr: z.string().optional(),
});

export const loopback = ["localhost", "127.0.0.1", "[::1]"];

/** The institution did not let the person in, or says less than is required of it. */
export class NotVouchedFor extends Error {
  override name = "NotVouchedFor";
}

/**
 * What the platform asks of an institution, by OpenID Connect. Nothing is asked before somebody wants to log in there, so
 * one that is down when the platform starts comes back by itself.
 */
export class Upstream {
  private readonly known = new Map<string, Known>();

  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly outgoing: Outgoing,
    private readonly secretOf: (institution: Institution) => string,
  ) {}

  async begin(institution: Institution, callback: string, { state, nonce, verifier }: Checks): Promise<URL> {
    const library = await import("openid-client");
    const configuration = await this.configurationOf(institution);
    return library.buildAuthorizationUrl(configuration, {
      redirect_uri: callback,
      scope: "openid email profile",
      code_challenge: await library.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state,
      nonce,
      ...(institution.acr !== undefined && { acr_values: institution.acr }),
    });
  }

  /** The person whom the institution vouches for, by the address to which it sent the browser back. */
  async finish(institution: Institution, current: URL, { state, nonce, verifier }: Checks): Promise<Assertion> {
    const library = await import("openid-client");
    const configuration = await this.configurationOf(institution);
    const expected = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier };
    try {
      const tokens = await library.authorizationCodeGrant(configuration, current, expected);
      const claims = tokens.claims();
      if (!claims) throw new Error("there is no id token");
      if (institution.acr !== undefined && claims.acr !== institution.acr)
        throw new NotVouchedFor("the institution did not say the acr that it has to say");
      const endpoint = configuration.serverMetadata().userinfo_endpoint;
      const more = claims.email === undefined && endpoint !== undefined;
      const told = more ? await library.fetchUserInfo(configuration, tokens.access_token, claims.sub) : claims;
      const { email, email_verified, name } = person.parse(told);
      const address = email && oneSpelling(email);
      return {
        iss: claims.iss,
        sub: claims.sub,
        email: address,
        isVerified: email_verified === true,
        name: name ?? "",
      };
    } catch (error) {
      throw this.explained(library, institution, error);
    }
  }

  private explained(library: Library, { id }: Institution, error: unknown): Error {
    this.log("warning", "institution_refused", { institution: id, reason: reasonOf(error) });
    if (error instanceof NotVouchedFor) return error;
    if (error instanceof library.AuthorizationResponseError) return new NotVouchedFor("the institution refused");
    return new Problem(400, "sign_in_failed", "The institution's answer cannot be used: begin again.");
  }

  private configurationOf(institution: Institution): Promise<Configuration> {
    const name = `${institution.id} ${institution.revision}`;
    const before = this.known.get(name);
    if (before && this.clock() - before.at < (before.failed ? pauseMs : freshMs)) return before.configuration;
    const now: Known = { at: this.clock(), failed: false, configuration: this.discover(institution) };
    now.configuration.catch(() => {
      now.failed = true;
    });
    for (const old of this.known.keys()) if (old.startsWith(`${institution.id} `)) this.known.delete(old);
    this.known.set(name, now);
    return now.configuration;
  }

  private async discover(institution: Institution): Promise<Configuration> {
    const library = await import("openid-client");
    const server = new URL(institution.issuer);
    try {
      return await library.discovery(server, institution.clientId, this.secretOf(institution), undefined, {
        timeout: answersWithin,
        [library.customFetch]: this.outgoing.fetch,
        execute: [
          // the signature of the id token is checked as well, not only the way that it came
          library.enableNonRepudiationChecks,
          ...(loopback.includes(server.hostname) ? [library.allowInsecureRequests] : []),
        ],
      });
    } catch (error) {
      this.log("warning", "institution_unavailable", { institution: institution.id, reason: reasonOf(error) });
      throw new Problem(503, "institution_unavailable", `${institution.name} does not answer: try again shortly.`, {
        headers: { "retry-after": "5" },
      });
    }
  }
}

/** The kind of the failure; its words may hold what the institution sent. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && "code" in error) return `${error.name} ${String(error.code)}`;
  return error instanceof NotVouchedFor ? error.message : reason(error);
}
