import { type Clock, seconds } from "../../platform/clock.ts";
import type { Limit, RateLimits } from "../../platform/http/rate-limits.ts";
import type { Caller } from "../../platform/identity/tokens.ts";
import { notFound, Problem, quotaReached } from "../../platform/problems.ts";
import type { UserRepository } from "../accounts/repository.ts";
import type { Changed, FactorChanges } from "../factors/changes.ts";
import type { Origin } from "../signing-in/origin.ts";
import type { SignedIn, SigningIn } from "../signing-in/service.ts";
import type { PasskeyChecks } from "./checks.ts";
import type { Assertion, Attestation, StoredPasskey } from "./models.ts";
import { idOf, type PasskeyRepository } from "./repository.ts";
import { challengeIn, type WebAuthn } from "./webauthn.ts";

export type { StoredPasskey };
export type PasskeyParts = {
  users: UserRepository;
  repository: PasskeyRepository;
  checks: PasskeyChecks;
  webauthn: WebAuthn;
  changes: FactorChanges;
  signingIn: SigningIn;
  limits: RateLimits;
  allowed: { address: Limit };
  clock: Clock;
};

const most = 10;
const refused = () =>
  new Problem(401, "passkey_refused", "This passkey opens no account here: use another one, or log in by password.");

/** The passkeys of a user, and the way in by one. */
export class Passkeys {
  constructor(private readonly parts: PasskeyParts) {}

  /** For anybody: which passkey it will be, the browser says. */
  async options(address: string) {
    await this.parts.limits.take(this.parts.allowed.address, address);
    return this.parts.checks.options();
  }

  /** A passkey that has verified its user is two factors in one. */
  async login(assertion: Assertion, address: string, from: Origin): Promise<SignedIn> {
    const { limits, allowed, checks, users, signingIn } = this.parts;
    await limits.take(allowed.address, address);
    const used = await checks.used(assertion);
    const user = used && (await users.byId(used.passkey.uid));
    if (!user || user.disabled) throw refused();
    if (!used.userVerified)
      throw new Problem(
        401,
        "user_not_verified",
        "This passkey did not ask for a PIN, a finger or a face: use it after the password.",
      );
    return signingIn.open(user, { amr: [...used.amr, "mfa"], acr: "aal2" }, from);
  }

  async registrationOptions(caller: Caller) {
    const { repository, webauthn, changes } = this.parts;
    const user = await changes.subject(caller);
    const options = await webauthn.registrationOptions(user, await repository.list(user.uid));
    await repository.keepChallenge(options.challenge, "register", user.uid);
    return options;
  }

  async register(caller: Caller, made: Attestation, name: string, from: Origin) {
    const { repository, webauthn, changes, clock } = this.parts;
    const user = await changes.subject(caller);
    if ((user.passkeys ?? 0) >= most)
      throw quotaReached(`You have ${most} passkeys, which is all that one may have: delete one first.`);
    const challenge = challengeIn(made.response.clientDataJSON);
    const isOurs = await repository.useChallenge(challenge, "register", user.uid);
    const done = isOurs ? await webauthn.registered(made, challenge) : undefined;
    if (!done)
      throw new Problem(422, "passkey_not_valid", "It was not made for this site and this question: begin anew.");
    if (await repository.byCredential(done.credential))
      throw new Problem(409, "passkey_known", "This passkey is registered already: use it, or make another one.");
    const { userVerified, ...credential } = done;
    const passkey = { uid: user.uid, id: idOf(done.credential), ...credential, name, created: seconds(clock) };
    const change = { event: "passkey_added" as const, add: { passkeys: 1 }, more: repository.making(passkey) };
    const kind = done.synced ? "swk" : "hwk";
    const amr = [...new Set([...caller.amr, kind, ...(userVerified ? ["user"] : []), "mfa"])];
    const changed: Changed = await changes.add(user, change, amr, from);
    return { passkey, ...changed };
  }

  /** Newest first. */
  async list(uid: string): Promise<StoredPasskey[]> {
    return (await this.parts.repository.list(uid)).sort((a, b) => b.created - a.created);
  }

  async rename(uid: string, id: string, name: string): Promise<StoredPasskey> {
    const renamed = await this.parts.repository.rename(uid, id, name);
    if (!renamed) throw notFound("passkey");
    return renamed;
  }

  async remove(caller: Caller, id: string, from: Origin): Promise<SignedIn> {
    const { repository, changes } = this.parts;
    const user = await changes.subject(caller);
    const passkey = await repository.get(user.uid, id);
    if (!passkey) throw notFound("passkey");
    const change = { event: "passkey_removed" as const, add: { passkeys: -1 }, more: repository.removing(passkey) };
    const left = user.totp !== undefined || (user.passkeys ?? 0) > 1;
    return changes.remove(user, change, left, caller, from);
  }
}
