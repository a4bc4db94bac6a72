import { UserRepository } from "../auth/accounts/repository.ts";
import type { FactorPolicy } from "../auth/factors/policy.ts";
import { IdentityRepository } from "../auth/identities/repository.ts";
import { Identities } from "../auth/identities/service.ts";
import { idIn } from "../auth/impersonation/models.ts";
import { Impersonations, type StandingImpersonations } from "../auth/impersonation/service.ts";
import { InstitutionAdministration, secretOf } from "../auth/institutions/administration.ts";
import { InstitutionRepository } from "../auth/institutions/repository.ts";
import { Institutions } from "../auth/institutions/service.ts";
import { Upstream } from "../auth/institutions/upstream.ts";
import type { Hasher } from "../auth/passwords/hasher.ts";
import { ProviderClients } from "../auth/provider/clients.ts";
import { ProviderDoor } from "../auth/provider/door.ts";
import { BackchannelLogout } from "../auth/provider/logout/service.ts";
import { grantIn, isOfClient, issuerOf } from "../auth/provider/models.ts";
import { ProviderRepository } from "../auth/provider/repository.ts";
import { authRoutes } from "../auth/routes.ts";
import { KnownDevices } from "../auth/signing-in/known-devices.ts";
import { SigningIn } from "../auth/signing-in/service.ts";
import { TokenRepository } from "../auth/tokens/repository.ts";
import { isOfToken } from "../auth/tokens/secrets.ts";
import { type StandingTokens, Tokens } from "../auth/tokens/service.ts";
import type { Platform } from "../platform/context.ts";
import type { Limit } from "../platform/http/rate-limits.ts";
import type { LiveSession, SessionChecker } from "../platform/identity/sessions.ts";
import type { SigningKeys } from "../platform/identity/signing-keys.ts";
import type { TokenRules } from "../platform/identity/tokens.ts";
import type { Settings } from "../platform/settings.ts";
import type { Sessions } from "../sessions/service.ts";
import { accountsOf, admissionOf, lettersOf, passwordPolicyOf } from "./accounts.ts";
import { factorChecks, factorServices } from "./factors.ts";
import { joiningAt } from "./farm-invitations.ts";

/** The authentication service, bound to the sessions that it starts. */
export function authService(
  platform: Platform,
  sessions: Sessions,
  { tokens: standing, impersonations: looks }: Standing,
  keys: SigningKeys,
  hasher: Hasher,
) {
  const { settings, table, clock, limits, counts, log } = platform;
  const allowed = {
    account: { scope: "login-account", max: settings.AUTH_LOGIN_LIMIT_ACCOUNT, windowSeconds: 300 },
    address: { scope: "login-address", max: settings.AUTH_LOGIN_LIMIT_ADDRESS, windowSeconds: 60 },
  };
  const users = new UserRepository(table, clock);
  const shared = { users, sessions, hasher, passwords: passwordPolicyOf(platform), limits, clock, log };
  const devices = new KnownDevices(settings.kek);
  const policy = admissionOf(settings);
  const checks = factorChecks(platform, users);
  const proofs = { keys, devices, challenges: checks.challenges, factorPolicy: checks.policy };
  const signingIn = new SigningIn({ ...shared, allowed, counts, ...proofs, policy, rules: tokenRulesOf(settings) });
  const ofAccounts = accountsOf(platform, { ...shared, signingIn, policy, factor: checks.secondFactors });
  const repository = new TokenRepository(table, clock);
  const exchanges = { ...allowed.address, scope: "token-address" };
  const rules = tokenRulesOf(settings);
  const tokens = new Tokens({ repository, standing, keys, limits, allowed: exchanges, rules, clock, log });
  const looking = { scope: "impersonation", max: 20, windowSeconds: 3_600 };
  const given = { users, keys, limits, rules, clock, log };
  const written = { letters: lettersOf(settings), mail: platform.mail };
  const impersonations = new Impersonations({ ...given, ...written, standing: looks, allowed: looking });
  const byInstitution = institutionsOf(platform, { users, signingIn, sessions, allowed: allowed.address });
  const ofFactors = factorServices(checks, { sessions, signingIn, hasher });
  const ofUsers = {
    ...ofAccounts,
    ...ofFactors,
    ...byInstitution,
    ...providerOf(platform, users, sessions, keys, checks.policy),
  };
  const sessionOf = (refreshToken: string) => sessions.ofToken(refreshToken);
  const ofPages = { sessionOf, join: joiningAt(settings.serviceUrls.farm, log) };
  return authRoutes(platform, { signingIn, tokens, impersonations, keys, feed: sessions, ...ofUsers, ...ofPages });
}

function providerOf(
  { settings, table, clock, log, outgoing }: Platform,
  users: UserRepository,
  sessions: Sessions,
  keys: SigningKeys,
  factorPolicy: FactorPolicy,
) {
  const { kek, BELLWETHER_PUBLIC_URL: publicUrl, allowedOrigins } = settings;
  const repository = new ProviderRepository(table, kek, clock);
  const stores = { repository, users, sessions, keys, kek, factorPolicy };
  const sessionOf = (refreshToken: string) => sessions.ofToken(refreshToken);
  const endSession = ({ uid, sid }: LiveSession) => sessions.end(uid, sid, "logout");
  const browser = { publicUrl, allowedOrigins, sessionOf, endSession };
  return {
    provider: new ProviderDoor({ ...stores, ...browser, rules: tokenRulesOf(settings), clock, log, outgoing }),
    clients: new ProviderClients(repository, kek, clock),
  };
}

type SigningInBy = { users: UserRepository; signingIn: SigningIn; sessions: SessionChecker; allowed: Limit };

function institutionsOf(
  { table, clock, limits, log, outgoing, settings }: Platform,
  { allowed, ...parts }: SigningInBy,
) {
  const { kek, BELLWETHER_PUBLIC_URL: publicUrl } = settings;
  const repository = new InstitutionRepository(table, clock);
  const identities = new IdentityRepository(table, clock);
  const upstream = new Upstream(clock, log, outgoing, secretOf(kek));
  const begins = { ...allowed, scope: "institution-address" };
  const stores = { institutions: repository, identities, upstream, limits, allowed: begins };
  return {
    institutions: new Institutions({ ...parts, ...stores, kek, publicUrl, clock, log }),
    administration: new InstitutionAdministration(repository, kek),
    identities: new Identities(identities),
  };
}

/** Tells programs that a session is over in which they were allowed. */
export function backchannelOf(
  { settings, table, clock, log, outgoing }: Platform,
  keys: SigningKeys,
): BackchannelLogout {
  const clients = new ProviderRepository(table, settings.kek, clock);
  const issuer = issuerOf(settings.BELLWETHER_PUBLIC_URL);
  return new BackchannelLogout({ repository: clients.logouts, clients, keys, issuer, clock, log, outgoing });
}

/** What stands beside the sessions of a user, and ends with all of them. */
export type Standing = { tokens: StandingTokens; impersonations: StandingImpersonations };
type Keepers = Standing & { clients: SessionChecker };

/** An access token stands on a session, a personal access token, an administrator's look at an account, or a program. */
export function eitherOf(sessions: SessionChecker, { tokens, impersonations, clients }: Keepers): SessionChecker {
  const keeperOf = (sid: string) => {
    if (isOfToken(sid)) return tokens;
    if (isOfClient(sid) || grantIn(sid) !== undefined) return clients;
    return idIn(sid) ? impersonations : sessions;
  };
  return { isLive: (sid, uid) => keeperOf(sid).isLive(sid, uid) };
}

export const tokenRulesOf = (settings: Settings): TokenRules => ({
  issuer: settings.BELLWETHER_ISSUER,
  audience: settings.BELLWETHER_AUDIENCE,
  lifeSeconds: settings.AUTH_ACCESS_TOKEN_SECONDS,
});
