import type { UserRepository } from "../auth/accounts/repository.ts";
import { ChallengeRepository } from "../auth/factors/challenge-repository.ts";
import { Challenges } from "../auth/factors/challenges.ts";
import { FactorChanges } from "../auth/factors/changes.ts";
import { FactorPolicy } from "../auth/factors/policy.ts";
import { FactorRepository } from "../auth/factors/repository.ts";
import { SecondFactors } from "../auth/factors/second-factors.ts";
import { Factors } from "../auth/factors/service.ts";
import { StepUp } from "../auth/factors/step-up.ts";
import { PasskeyChecks } from "../auth/passkeys/checks.ts";
import { PasskeyRepository } from "../auth/passkeys/repository.ts";
import { Passkeys } from "../auth/passkeys/service.ts";
import { WebAuthn } from "../auth/passkeys/webauthn.ts";
import type { Hasher } from "../auth/passwords/hasher.ts";
import type { SigningIn } from "../auth/signing-in/service.ts";
import type { Platform } from "../platform/context.ts";
import type { SessionIssuer } from "../platform/identity/sessions.ts";

/** What asks for a second factor, wherever somebody comes in. */
export function factorChecks({ settings, table, clock, limits, mail, log }: Platform, users: UserRepository) {
  const { kek } = settings;
  const allowed = {
    secondFactor: { scope: "second-factor", max: 20, windowSeconds: 3_600 },
    stepUp: { scope: "step-up", max: settings.AUTH_LOGIN_LIMIT_ACCOUNT, windowSeconds: 300 },
    address: { scope: "passkey-address", max: settings.AUTH_LOGIN_LIMIT_ADDRESS, windowSeconds: 60 },
  };
  const site = { id: settings.passkeySite, origins: settings.allowedOrigins };
  const webauthn = new WebAuthn(site);
  const repository = new FactorRepository(table, clock);
  const passkeyRepository = new PasskeyRepository(table, clock);
  const checks = new PasskeyChecks(passkeyRepository, webauthn, log);
  const policy = new FactorPolicy(settings.mfaRoles);
  const shared = { users, repository, limits, allowed, mail, kek, clock, log };
  const factors = new SecondFactors({ ...shared, passkeys: checks });
  const challenges = new Challenges({ repository: new ChallengeRepository(table, clock), users, factors });
  return { ...shared, webauthn, passkeyRepository, checks, policy, secondFactors: factors, challenges };
}

/** What users do with their own factors. */
export function factorServices(
  parts: ReturnType<typeof factorChecks>,
  { sessions, signingIn, hasher }: { sessions: SessionIssuer; signingIn: SigningIn; hasher: Hasher },
) {
  const { secondFactors, passkeyRepository, ...shared } = parts;
  const changes = new FactorChanges({ ...shared, sessions, signingIn });
  const factors = new Factors({ ...shared, changes });
  const stepUp = new StepUp({ ...shared, factors: secondFactors, sessions, signingIn, hasher });
  const passkeys = new Passkeys({ ...shared, repository: passkeyRepository, changes, signingIn });
  return { factors, stepUp, passkeys };
}
