import type { Hono } from "hono";
import { ImpersonationRepository } from "../auth/impersonation/repository.ts";
import { StandingImpersonations } from "../auth/impersonation/service.ts";
import { Hasher } from "../auth/passwords/hasher.ts";
import { StandingClients } from "../auth/provider/clients.ts";
import { ProviderRepository } from "../auth/provider/repository.ts";
import { refreshTokenIn } from "../auth/signing-in/cookie.ts";
import { TokenRepository } from "../auth/tokens/repository.ts";
import { StandingTokens } from "../auth/tokens/service.ts";
import type { Answerer } from "../chats/answering.ts";
import { answererFrom, type Emilia } from "../chats/emilia/answerers.ts";
import { mcpRoutes } from "../chats/mcp/routes.ts";
import { type ChatParts, chatRoutes } from "../chats/routes.ts";
import type { Clock } from "../platform/clock.ts";
import type { Platform } from "../platform/context.ts";
import { DailyCounts } from "../platform/dynamo/daily-counts.ts";
import { LiveTable } from "../platform/dynamo/live.ts";
import type { ScannableTable } from "../platform/dynamo/table.ts";
import { hash } from "../platform/hashes.ts";
import { onceFrom } from "../platform/http/idempotency.ts";
import { needFrom } from "../platform/http/need.ts";
import { Cursors } from "../platform/http/paging.ts";
import { RateLimits } from "../platform/http/rate-limits.ts";
import { newRoot } from "../platform/http/root.ts";
import type { AppEnv } from "../platform/http/service-app.ts";
import { Authenticator } from "../platform/identity/authenticator.ts";
import { Places } from "../platform/identity/places.ts";
import { type KeySource, RemoteKeys } from "../platform/identity/published-keys.ts";
import { SigningKeys } from "../platform/identity/signing-keys.ts";
import { MailQueue } from "../platform/mail/queue.ts";
import { Outgoing } from "../platform/outgoing/outgoing.ts";
import type { PersonalData } from "../platform/personal-data.ts";
import type { ServiceName, Settings } from "../platform/settings.ts";
import { type Listen, Sockets } from "../platform/sockets/sockets.ts";
import type { Log } from "../platform/telemetry/logging.ts";
import { Metrics } from "../platform/telemetry/metrics.ts";
import { contextOnly, type Traces } from "../platform/telemetry/traces.ts";
import type { SendFrame } from "../profiles/notifications/service.ts";
import { type ProfileParts, profileRoutes } from "../profiles/routes.ts";
import { ActivityRepository } from "../sessions/figures/repository.ts";
import { SessionFigures } from "../sessions/figures/service.ts";
import { Policies } from "../sessions/policies.ts";
import { sessionRoutes } from "../sessions/routes.ts";
import { Sessions } from "../sessions/service.ts";
import { authService, eitherOf, tokenRulesOf } from "./auth.ts";
import { chatParts } from "./chats.ts";
import { profilesOf } from "./profiles.ts";

export type Outside = {
  settings: Settings;
  clock: Clock;
  table: ScannableTable;
  keysTable: ScannableTable;
  log: Log;
  metrics?: Metrics;
  hasher?: Hasher;
  keySource?: KeySource;
  traces?: Traces;
  /** who answers in chats */
  answerer?: Answerer;
  /** how Emilia's tools call the other services; by the network when left out */
  fetchPlatform?: Emilia["fetch"];
  /** how the profiles service reaches open WebSockets; without it, frames go nowhere */
  frames?: { send: SendFrame; listen: Listen };
  /** what other services hold on a person; without it, nothing is held elsewhere */
  elsewhere?: readonly PersonalData[];
};

export type Composed = {
  app: Hono<AppEnv>;
  platform: Platform;
  authenticator: Authenticator;
  sessions: Sessions;
  signing: SigningKeys;
  sockets: Sockets | undefined;
  mail: MailQueue;
} & Pick<ChatParts, "runs" | "retention"> &
  ProfileParts;

/** Binds the services to each other and to the outside; the only place that knows all of them. */
export function compose(names: readonly ServiceName[], outside: Outside): Composed {
  const { settings, clock, log } = outside;
  const metrics = outside.metrics ?? new Metrics();
  const traces = outside.traces ?? contextOnly;
  const table = new LiveTable(outside.table, clock);
  const keysTable = new LiveTable(outside.keysTable, clock);
  const rules = tokenRulesOf(settings);
  const policies = new Policies(settings);
  const counts = new DailyCounts(table, clock);
  const tokens = new StandingTokens(new TokenRepository(table, clock));
  const impersonations = new StandingImpersonations(new ImpersonationRepository(table, clock));
  const standing = { tokens, impersonations };
  const clients = new StandingClients(new ProviderRepository(table, settings.kek, clock));
  const kek = settings.kek;
  const sessions = new Sessions({ table, clock, log, metrics, policies, counts, kek, beside: Object.values(standing) });
  const signing = new SigningKeys(table, settings.kek, clock, rules.lifeSeconds);
  const remote = () => new RemoteKeys(settings.BELLWETHER_AUTH_URL, clock);
  const keySource = outside.keySource ?? (names.includes("auth") ? signing : remote());
  const authenticator = new Authenticator(keySource, eitherOf(sessions, { ...standing, clients }), rules, clock);
  const limits = new RateLimits(table, clock);
  const cursors = new Cursors(Buffer.from(hash(`cursors|${Buffer.from(settings.kek).toString("hex")}`), "base64url"));
  const need = needFrom(authenticator, clock);
  const once = onceFrom(table, settings.kek, clock);
  const mail = new MailQueue({ table, kek: settings.kek, clock, log });
  const stores = { table, keysTable, limits, mail, counts, outgoing: new Outgoing(settings.reachable) };
  const platform: Platform = { settings, clock, log, metrics, traces, need, once, cursors, ...stores };

  const figures = new SessionFigures(counts, new ActivityRepository(table, clock));
  const frames = outside.frames ?? { send: () => undefined, listen: () => () => undefined };
  const parts = profilesOf(platform, { mail, sessions, send: frames.send, elsewhere: outside.elsewhere ?? [] });

  const emilia: Emilia = { settings, clock, log, fetch: outside.fetchPlatform };
  const readerOf = async (cookies: string) => (await sessions.ofToken(refreshTokenIn(cookies)))?.uid;
  const chats = chatParts(platform, authenticator, outside.answerer ?? answererFrom(emilia));

  const { BELLWETHER_TRUSTED_PROXIES: trustedProxies, allowedOrigins, gatewaySecret } = settings;
  const places = new Places({ headers: settings.SESSIONS_PLACE_HEADERS, file: settings.SESSIONS_PLACES_FILE });
  const app = newRoot({ log, metrics, traces, trustedProxies, gatewaySecret, allowedOrigins, places });
  const mount: Record<ServiceName, () => void> = {
    auth: () => app.route("/", authService(platform, sessions, standing, signing, outside.hasher ?? new Hasher())),
    sessions: () => app.route("/", sessionRoutes(platform, sessions, figures)),
    profiles: () => app.route("/", profileRoutes(platform, parts)),
    chats: () => app.route("/", mcpRoutes(chatRoutes(platform, { ...chats, readerOf }), platform, emilia)),
  };
  for (const name of names) mount[name]();
  const heard = { feed: sessions, listen: frames.listen, readers: [chats.frames], clock, log, metrics };
  const door = { authenticator, allowedOrigins: settings.allowedOrigins };
  const sockets = names.includes("profiles") ? new Sockets({ ...heard, ...door }) : undefined;
  return { app, platform, authenticator, sessions, signing, sockets, mail, ...chats, ...parts };
}
