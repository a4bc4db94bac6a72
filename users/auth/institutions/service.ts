import { z } from "zod";
import { isOfDomain } from "../../platform/addresses.ts";
import { type Clock, seconds } from "../../platform/clock.ts";
import type { Limit, RateLimits } from "../../platform/http/rate-limits.ts";
import type { SessionChecker } from "../../platform/identity/sessions.ts";
import { randomText, uuid } from "../../platform/ids.ts";
import { isPage, signInPath } from "../../platform/pages/return-paths.ts";
import { notFound, Problem } from "../../platform/problems.ts";
import { sealText, unsealText } from "../../platform/secrets/sealing.ts";
import type { Log } from "../../platform/telemetry/logging.ts";
import type { StoredUser } from "../accounts/models.ts";
import type { UserRepository } from "../accounts/repository.ts";
import type { IdentityRepository } from "../identities/repository.ts";
import type { Origin } from "../signing-in/origin.ts";
import { isChallenge, type SignedIn, type SigningIn } from "../signing-in/service.ts";
import type { Assertion, Institution } from "./models.ts";
import type { InstitutionRepository } from "./repository.ts";
import { type Checks, NotVouchedFor, type Upstream } from "./upstream.ts";

export type { Institution };
export type InstitutionParts = {
  institutions: InstitutionRepository;
  identities: IdentityRepository;
  users: UserRepository;
  signingIn: SigningIn;
  sessions: SessionChecker;
  upstream: Upstream;
  limits: RateLimits;
  allowed: Limit;
  kek: Uint8Array;
  publicUrl: string;
  clock: Clock;
  log: Log;
};
export type Owner = { uid: string; sid: string };
export type Begun = { url: URL; binding: string };
/** The browser goes on to `to`; where somebody is signed in, with that session. */
export type Arrived = { to: string; signedIn?: SignedIn };
export type Arrival = {
  idp: string;
  query: URLSearchParams;
  binding: string;
  from: Origin;
  traceparent: string;
};

type Closed = "account_disabled" | "awaits_approval" | "approval_denied";

export const flowSeconds = 600;
const flow = z.object({
  nonce: z.string(),
  verifier: z.string(),
  returnTo: z.string(),
  owner: z.object({ uid: z.string(), sid: z.string() }).optional(),
});
type Flow = z.infer<typeof flow>;

const failed = () =>
  new Problem(400, "sign_in_failed", "This answer belongs to no sign-in of this browser: begin again.");
const noInstitution = () => notFound("institution");

/** Signing in by an institution, and linking an account to one. */
export class Institutions {
  constructor(private readonly parts: InstitutionParts) {}

  /** With an owner, who is signed in, the identity will be linked to that account. */
  async begin(idp: string, returnTo: string, address: string, owner?: Owner): Promise<Begun> {
    const { institutions, upstream, limits, allowed, clock, kek } = this.parts;
    await limits.take(allowed, address);
    const institution = await institutions.get(idp);
    if (!institution) throw noInstitution();
    const [state, binding] = [randomText(32), randomText(32)];
    const kept: Flow = { nonce: randomText(32), verifier: randomText(48), returnTo, ...(owner && { owner }) };
    const url = await upstream.begin(institution, this.callbackOf(idp), { state, ...kept });
    const sealed = sealText(kek, JSON.stringify(kept), placeOf(idp, state));
    await institutions.keepFlow(state, binding, { idp, sealed, ttl: seconds(clock) + flowSeconds });
    return { url, binding };
  }

  async finish(arrival: Arrival): Promise<Arrived> {
    const { institutions, upstream } = this.parts;
    const { idp, query } = arrival;
    const state = query.get("state") ?? "";
    const taken = state && arrival.binding ? await institutions.takeFlow(state, arrival.binding) : undefined;
    const institution = taken?.idp === idp ? await institutions.get(idp) : undefined;
    if (!taken || !institution) throw failed();
    const kept = flow.parse(JSON.parse(unsealText(this.parts.kek, taken.sealed, placeOf(idp, state))));
    const current = new URL(`${this.callbackOf(idp)}?${query}`);
    try {
      const assertion = await upstream.finish(institution, current, { state, ...kept } satisfies Checks);
      return await this.arrive(institution, assertion, kept, arrival);
    } catch (error) {
      if (error instanceof NotVouchedFor) return refusal(kept.returnTo, "not_vouched_for");
      throw error;
    }
  }

  private async arrive(institution: Institution, assertion: Assertion, kept: Flow, arrival: Arrival): Promise<Arrived> {
    if (kept.owner) return this.linkTo(kept.owner, institution, assertion, kept.returnTo);
    const user = await this.userOf(institution, assertion, arrival.traceparent);
    if (typeof user === "string") return refusal(kept.returnTo, user);
    const outcome = await this.parts.signingIn.admit(user, { amr: ["fed"], acr: "aal1" }, arrival.from, user.uid);
    // a fragment goes to no server and into no log
    if (isChallenge(outcome)) return { to: `${askedAt(kept.returnTo)}#mfa_challenge=${outcome.challenge}` };
    return { to: kept.returnTo, signedIn: outcome };
  }

  /** The user whose identity this is, else a new one; never one who merely has the same address. */
  private async userOf(institution: Institution, assertion: Assertion, traceparent: string) {
    const known = await this.known(assertion);
    if (known) return known;
    const { email, isVerified } = assertion;
    if (!email || !isVerified) return "address_not_verified";
    if (!isOfDomain(email, institution.domains)) return "domain_not_allowed";
    await this.register(institution, assertion, email, traceparent);
    // another tab of the same person may have been first
    return (await this.known(assertion)) ?? "link_needed";
  }

  private async known({ iss, sub }: Assertion): Promise<StoredUser | Closed | undefined> {
    const identity = await this.parts.identities.find(iss, sub);
    const user = identity && (await this.parts.users.byId(identity.uid));
    if (!user) return undefined;
    if (user.disabled) return "account_disabled";
    if (user.approval === "waiting") return "awaits_approval";
    return user.approval === "denied" ? "approval_denied" : user;
  }

  private register(
    { id: idp, role, approval }: Institution,
    { iss, sub, name }: Assertion,
    email: string,
    traceparent: string,
  ) {
    const { identities, clock } = this.parts;
    const uid = uuid(clock());
    const shown =
      name
        .replaceAll(/\p{Cc}/gu, "")
        .trim()
        .slice(0, 120) || email.slice(0, 120);
    const user = {
      uid,
      email,
      name: shown,
      roles: [role],
      pw: "",
      epoch: 0,
      verified: true,
      ...(approval && { approval: "waiting" as const }),
    };
    return identities.register(user, identities.newIdentity(idp, iss, sub, uid), traceparent);
  }

  /** The session that asked for the link must still be there, and the identity nobody's. */
  private async linkTo({ uid, sid }: Owner, { id }: Institution, { iss, sub }: Assertion, returnTo: string) {
    const { sessions, identities, log } = this.parts;
    if (!(await sessions.isLive(sid, uid))) return refusal(returnTo, "session_ended");
    const isLinked = await identities.link(identities.newIdentity(id, iss, sub, uid));
    if (!isLinked) return refusal(returnTo, "identity_taken");
    log("info", "identity_linked", { user: uid, institution: id });
    return { to: returnTo };
  }

  private callbackOf(idp: string): string {
    return new URL(`/api/v1/auth/oidc/${idp}/callback`, this.parts.publicUrl).href;
  }
}

const placeOf = (idp: string, state: string) => `oidc-flow|${idp}|${state}`;

/** A page that cannot ask is reached by the one that does. */
const askedAt = (returnTo: string) => (isPage(returnTo) ? signInPath(returnTo) : returnTo);

/** Back to where the person began, with a word that the page explains; nothing of it is secret. */
function refusal(returnTo: string, code: string): Arrived {
  const to = new URL(askedAt(returnTo), "http://platform");
  to.searchParams.set("sign_in", code);
  return { to: to.pathname + to.search };
}
