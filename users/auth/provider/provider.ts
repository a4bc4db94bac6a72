import type { AccessToken, ClientCredentials, Configuration, KoaContextWithOIDC } from "oidc-provider";
import { type Clock, seconds } from "../../platform/clock.ts";
import { hash, mark } from "../../platform/hashes.ts";
import { grantable, programRole, serviceScopes } from "../../platform/identity/permissions.ts";
import type { SessionChecker } from "../../platform/identity/sessions.ts";
import type { PrivateKeys } from "../../platform/identity/signing-keys.ts";
import type { TokenRules } from "../../platform/identity/tokens.ts";
import type { Outgoing } from "../../platform/outgoing/outgoing.ts";
import { type Page, rendered } from "../../platform/pages/page.ts";
import type { Log } from "../../platform/telemetry/logging.ts";
import type { StoredUser } from "../accounts/models.ts";
import type { UserRepository } from "../accounts/repository.ts";
import type { FactorPolicy } from "../factors/policy.ts";
import { adapterOf } from "./adapter.ts";
import { issuerOf, resourceOf, sidOfClient, sidOfGrant } from "./models.ts";
import { codePage, confirmPage, connectedPage, refusedPage } from "./pages.ts";
import type { ProviderRepository } from "./repository.ts";

export type ProviderParts = {
  repository: ProviderRepository;
  users: UserRepository;
  sessions: SessionChecker;
  factorPolicy: FactorPolicy;
  rules: TokenRules;
  kek: Uint8Array;
  publicUrl: string;
  clock: Clock;
  log: Log;
  outgoing: Outgoing;
};

type RegisterResponseMode = import("oidc-provider").Provider["registerResponseMode"];
const responseModes = ["query", "fragment"];
export const consentSeconds = 60 * 86_400;
const codeSeconds = 60;
const interactionSeconds = 600;
const deviceSeconds = 600;
const refreshSeconds = 14 * 86_400;

/** The session in which somebody consented, and its user, while both still stand. */
export async function standing(parts: ProviderParts, grantId: string | undefined) {
  const consent = grantId === undefined ? undefined : await parts.repository.consentOf(grantId);
  const user = consent && (await parts.users.byId(consent.uid));
  if (!user || user.disabled || user.epoch !== consent.epoch) return undefined;
  return (await parts.sessions.isLive(consent.sid, consent.uid)) ? { user, consent } : undefined;
}

/** The certified provider, on our store, keys and sessions; loaded when somebody first asks for it. */
export async function newProvider(parts: ProviderParts, keys: PrivateKeys) {
  const { default: Provider, interactionPolicy } = await import("oidc-provider");
  const { Check, base } = interactionPolicy;
  const policy = base();
  // a log-in here is one of this platform, looked at anew each time: the provider's own memory counts for nothing
  policy
    .get("login")
    ?.checks.add(
      new Check("platform_session", "a session of the platform is needed", ({ oidc }) =>
        oidc.result?.login ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT,
      ),
    );
  class Own extends Provider {
    // no form that sends itself: our pages run no script of a library
    override registerResponseMode(...given: Parameters<RegisterResponseMode>): void {
      if (responseModes.includes(given[0])) super.registerResponseMode(...given);
    }
  }
  const provider = new Own(issuerOf(parts.publicUrl), {
    ...features(parts),
    adapter: adapterOf(parts.repository, parts.kek),
    fetch: (asked, init) => parts.outgoing.fetch(asked instanceof Request ? asked.url : asked, init),
    jwks: { keys: [...keys] },
    cookies: { keys: [mark(parts.kek, "oidc-cookies", "1")], names: cookieNames },
    interactions: { policy, url: (_context, { uid }) => `/oidc/interaction/${uid}` },
    findAccount: async (context, sub, token) => accountOf(parts, context, sub, token?.grantId),
  });
  provider.proxy = true;
  provider.use(async (context, next) => {
    await next();
    if (context.oidc?.route === "discovery")
      context.body = { ...Object(context.body), response_modes_supported: responseModes };
  });
  provider.on("server_error", (_context, error) => parts.log("error", "provider_failed", { reason: error.name }));
  return provider;
}

const cookieNames = { interaction: "bw_oidc_interaction", resume: "bw_oidc_resume", session: "bw_oidc_session" };

async function accountOf(parts: ProviderParts, { oidc }: KoaContextWithOIDC, sub: string, grantId?: string) {
  const found = grantId === undefined ? undefined : await standing(parts, grantId);
  const isBeginning = grantId === undefined && oidc.entities.Grant === undefined;
  const user = found?.user ?? (isBeginning ? await parts.users.byId(sub) : undefined);
  if (!user || user.disabled || user.uid !== sub) return undefined;
  return { accountId: sub, claims: () => claimsOf(user, found?.consent.sid) };
}

const claimsOf = ({ uid, email, verified, name }: StoredUser, sid: string | undefined) => ({
  sub: uid,
  sid,
  email,
  email_verified: verified ?? false,
  name,
});

function features(parts: ProviderParts): Configuration {
  const { rules } = parts;
  return {
    scopes: ["openid", "offline_access", ...grantable, ...serviceScopes],
    claims: { openid: ["sub", "sid"], email: ["email", "email_verified"], profile: ["name"] },
    conformIdTokenClaims: false,
    discovery: {
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
      end_session_endpoint: `${issuerOf(parts.publicUrl)}/session/end`,
    },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    expiresWithSession: () => false,
    clientBasedCORS: () => false,
    responseTypes: ["code"],
    enabledJWA: { idTokenSigningAlgValues: ["ES256"] },
    clientDefaults: { id_token_signed_response_alg: "ES256" },
    ttl: {
      AccessToken: rules.lifeSeconds,
      AuthorizationCode: codeSeconds,
      IdToken: rules.lifeSeconds,
      Interaction: interactionSeconds,
      Session: interactionSeconds,
      DeviceCode: deviceSeconds,
      RefreshToken: refreshSeconds,
      Grant: consentSeconds,
    },
    features: grants(parts),
    renderError: (context) => {
      show(context, refusedPage());
    },
    extraTokenClaims: (_context, token) => platformClaims(parts, token),
    formats: {
      customizers: {
        // without a scope a token would be as wide as its roles: one that may nothing says so
        jwt: (_context, _token, { payload }) => {
          const iat = seconds(parts.clock);
          const { lifeSeconds, issuer: iss } = rules;
          Object.assign(payload, { iat, exp: iat + lifeSeconds, iss, scope: payload.scope ?? "" });
        },
      },
    },
  };
}

function grants({ rules, publicUrl }: ProviderParts): Configuration["features"] {
  return {
    devInteractions: { enabled: false },
    rpInitiatedLogout: { enabled: false },
    userinfo: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: isOwn },
    revocation: { enabled: true, allowedPolicy: isOwn },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => resourceOf(publicUrl),
      useGrantedResource: () => true,
      getResourceServerInfo: ({ oidc }, resource) => ({
        // elsewhere a token of ours has nothing to do
        scope: new URL(resource).origin === new URL(publicUrl).origin ? scopesBy(oidc.params?.grant_type) : "",
        audience: rules.audience,
        accessTokenTTL: rules.lifeSeconds,
        accessTokenFormat: "jwt",
        jwt: { sign: { alg: "ES256" } },
      }),
    },
    deviceFlow: {
      enabled: true,
      userCodeInputSource: (context, form, _out, error) => {
        show(context, codePage(form, error !== undefined));
      },
      userCodeConfirmSource: (context, form, client, _device, code) => {
        show(context, confirmPage(form, client.clientName ?? client.clientId, code));
      },
      successSource: (context) => {
        show(context, connectedPage());
      },
    },
  };
}

function show(context: KoaContextWithOIDC, page: Page): void {
  const { body, headers } = rendered(page);
  context.set(headers);
  context.body = body;
}

const isOwn = (_context: KoaContextWithOIDC, { clientId }: { clientId: string }, token: { clientId?: string }) =>
  token.clientId === clientId;

/** For itself a program may other things than for a user. */
const scopesBy = (grantType: unknown) => (grantType === "client_credentials" ? serviceScopes : grantable).join(" ");

/** What tokens of this platform say besides; a program proves no presence, so it is never fresh. */
async function platformClaims(parts: ProviderParts, token: AccessToken | ClientCredentials) {
  const unproved = { acr: "aal1", amr: ["client"], auth_time: 0 };
  if (token.kind === "ClientCredentials")
    return { sid: sidOfClient(token.clientId ?? ""), roles: [programRole], ...unproved };
  const grantId = "grantId" in token ? token.grantId : undefined;
  const found = await standing(parts, grantId);
  if (!found || grantId === undefined) {
    const { errors } = await import("oidc-provider");
    throw new errors.InvalidGrant("what was allowed has just ended");
  }
  return {
    sid: found.consent.sid,
    stands_on: [sidOfGrant(hash(grantId)), sidOfClient(token.clientId ?? "")],
    roles: parts.factorPolicy.rolesIn(found.user.roles, found.consent.acr),
    ...unproved,
  };
}
