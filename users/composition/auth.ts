import { UserRepository } from "../auth/accounts/repository.ts";
import { Accounts } from "../auth/accounts/service.ts";
import type { Hasher } from "../auth/passwords/passwords.ts";
import { authRoutes } from "../auth/routes.ts";
import { KnownDevices } from "../auth/signing-in/known-devices.ts";
import { SigningIn } from "../auth/signing-in/service.ts";
import { TokenRepository } from "../auth/tokens/repository.ts";
import { isOfToken } from "../auth/tokens/secrets.ts";
import { type StandingTokens, Tokens } from "../auth/tokens/service.ts";
import type { Platform } from "../platform/context.ts";
import type { SessionChecker } from "../platform/identity/sessions.ts";
import type { SigningKeys } from "../platform/identity/signing-keys.ts";
import type { TokenRules } from "../platform/identity/tokens.ts";
import type { Settings } from "../platform/settings.ts";
import type { Sessions } from "../sessions/service.ts";

/** The authentication service, bound to the sessions that it starts. */
export function authService(
  platform: Platform,
  sessions: Sessions,
  standing: StandingTokens,
  keys: SigningKeys,
  hasher: Hasher,
) {
  const { settings, table, clock, limits, log } = platform;
  const allowed = {
    account: { scope: "login-account", max: settings.AUTH_LOGIN_LIMIT_ACCOUNT, windowSeconds: 300 },
    change: { scope: "password-change", max: settings.AUTH_LOGIN_LIMIT_ACCOUNT, windowSeconds: 300 },
    address: { scope: "login-address", max: settings.AUTH_LOGIN_LIMIT_ADDRESS, windowSeconds: 60 },
    register: { scope: "register-address", max: settings.AUTH_REGISTER_LIMIT_ADDRESS, windowSeconds: 600 },
  };
  const users = new UserRepository(table, clock);
  const shared = { users, sessions, hasher, limits, allowed, clock, log };
  const devices = new KnownDevices(settings.kek);
  const signingIn = new SigningIn({ ...shared, keys, devices, rules: tokenRulesOf(settings) });
  const accounts = new Accounts({ ...shared, signingIn });
  const repository = new TokenRepository(table, clock);
  const exchanges = { ...allowed.address, scope: "token-address" };
  const rules = tokenRulesOf(settings);
  const tokens = new Tokens({ repository, standing, keys, limits, allowed: exchanges, rules, clock, log });
  return authRoutes(platform, { signingIn, accounts, tokens, keys, feed: sessions });
}

/** An access token stands on a session, or on a personal access token. */
export const eitherOf = (sessions: SessionChecker, tokens: StandingTokens): SessionChecker => ({
  isLive: (sid, uid) => (isOfToken(sid) ? tokens : sessions).isLive(sid, uid),
});

export const tokenRulesOf = (settings: Settings): TokenRules => ({
  issuer: settings.BELLWETHER_ISSUER,
  audience: settings.BELLWETHER_AUDIENCE,
  lifeSeconds: settings.AUTH_ACCESS_TOKEN_SECONDS,
});
