import { readFileSync, statSync } from "node:fs";
import { z } from "zod";
import { ports, services } from "./catalogue.gen.ts";
import { isNetwork, loopbackNetworks } from "./networks.ts";
import { type Role, roles } from "./roles.ts";

export type ServiceName = keyof typeof services;
export const serviceNames = Object.keys(services) as ServiceName[];

const count = (fallback: number) => z.coerce.number().int().positive().default(fallback);

const environment = z.object({
  BELLWETHER_PUBLIC_URL: z.url().default(`http://localhost:${ports.gateway}`),
  BELLWETHER_ALLOWED_ORIGINS: z.string().default(""),
  BELLWETHER_LOG_LEVEL: z.enum(["debug", "info", "warning", "error"]).default("info"),
  BELLWETHER_AUTH_URL: z.url().default(`http://127.0.0.1:${services.auth.port}`),
  BELLWETHER_SERVICE_URLS: z.string().default("{}"),
  BELLWETHER_ISSUER: z.string().min(1).default("https://bellwether.local"),
  BELLWETHER_AUDIENCE: z.string().min(1).default("bellwether"),
  BELLWETHER_PLATFORM_ID: z.string().default(""),
  BELLWETHER_NATS_URL: z.string().default(`nats://127.0.0.1:${ports.nats}`),
  BELLWETHER_TRUSTED_PROXIES: z.coerce.number().int().min(0).default(1),
  BELLWETHER_OUTGOING_NETWORKS: z.string().default(""),
  BELLWETHER_OTLP_ENDPOINT: z.string().default(""),
  USERS_DYNAMODB_URL: z.url().default(`http://127.0.0.1:${ports.dynoxide}`),
  USERS_DYNAMODB_SOCKET: z.string().optional(),
  USERS_KEYS_DYNAMODB_URL: z.url().default(`http://127.0.0.1:${ports["dynoxide-keys"]}`),
  USERS_KEYS_DYNAMODB_SOCKET: z.string().optional(),
  USERS_DYNAMODB_REGION: z.string().min(1).default("eu-west-1"),
  USERS_DYNAMODB_CAPACITY: z
    .string()
    .regex(/^[1-9]\d*-[1-9]\d*$/, "must be like 5-500")
    .optional(),
  USERS_DYNAMODB_REPLICAS: z.string().default(""),
  USERS_DYNAMODB_KMS_KEY: z.string().startsWith("arn:").optional(),
  USERS_KEK_FILE: z.string().min(1),
  USERS_SERVICE_SECRET_FILE: z.string().min(1).optional(),
  USERS_GATEWAY_SECRET_FILE: z.string().min(1).optional(),
  AUTH_OPERATOR_SECRET_FILE: z.string().min(1).optional(),
  BELLWETHER_METRICS_SECRET_FILE: z.string().min(1).optional(),
  AWS_ACCESS_KEY_ID: z.string().optional(),
  AWS_SECRET_ACCESS_KEY: z.string().optional(),
  AWS_SESSION_TOKEN: z.string().optional(),
  // the feed of ended sessions reaches back an hour
  AUTH_ACCESS_TOKEN_SECONDS: z.coerce.number().int().positive().max(3_000).default(300),
  AUTH_LOGIN_LIMIT_ACCOUNT: count(10),
  AUTH_LOGIN_LIMIT_ADDRESS: count(300),
  AUTH_REGISTER_LIMIT_ADDRESS: count(300),
  AUTH_MFA_ROLES: z.string().default("administrator,researcher"),
  AUTH_PASSKEY_SITE: z.string().optional(),
  BELLWETHER_QUOTA_CHATS_OF_USER: count(5_000),
  BELLWETHER_QUOTA_MESSAGES_OF_CHAT: count(2_000),
  BELLWETHER_QUOTA_FOLDERS_OF_USER: count(200),
  BELLWETHER_POLICY_VERIFICATION: z.enum(["required", "optional"]).default("required"),
  BELLWETHER_POLICY_APPROVAL: z
    .string()
    .regex(
      /^(none|everyone|[\w.-]+(\s*,\s*[\w.-]+)*)$/,
      "is none, everyone, or domains of addresses with commas between",
    )
    .default("none"),
  BELLWETHER_POLICY_BREACHED_PASSWORDS: z.string().min(1).optional(),
  BELLWETHER_SMTP_URL: z
    .url({ protocol: /^smtps?$/, hostname: /./ })
    .refine(
      (url) => !URL.canParse(url) || new URL(url).password === "",
      "keeps the password in BELLWETHER_SMTP_PASSWORD_FILE",
    )
    .optional(),
  BELLWETHER_SMTP_PASSWORD_FILE: z.string().min(1).optional(),
  BELLWETHER_MAIL_FROM: z
    .string()
    .regex(/^[^\p{Cc}]*[^\s@]+@[^\s@]+$/u, "has no address")
    .default("bellwether@localhost"),
  BELLWETHER_MAIL_FOLDER: z.string().min(1).optional(),
  CHATS_MODEL_URL: z.url({ protocol: /^https?$/ }).optional(),
  CHATS_MODEL_NAME: z.string().min(1).max(200).optional(),
  CHATS_MODEL_BEDROCK_REGION: z.string().min(1).optional(),
  CHATS_MODEL_KEY_FILE: z.string().min(1).optional(),
  CHATS_MODEL_STEPS: count(8),
  CHATS_MODEL_TOKENS: count(2_000),
  CHATS_MODEL_SECONDS: count(120),
  CHATS_RUNS_LIMIT_USER: count(30),
  CHATS_OPEN_LIMIT_ADDRESS: count(30),
  CHATS_EXPORTS_LIMIT_USER: count(30),
  CHATS_CONTEXT_TOKENS: count(6_000),
  SESSIONS_POLICIES: z.string().default("{}"),
  SESSIONS_PLACE_HEADERS: z.string().default(""),
  SESSIONS_PLACES_FILE: z.string().optional(),
  PROFILES_PUSH_HOSTS: z
    .string()
    .default("fcm.googleapis.com,*.push.services.mozilla.com,*.push.apple.com,*.notify.windows.com"),
  SESSIONS_CAP: count(5),
  SESSIONS_CAP_ADMINISTRATOR: count(2),
});
export type Environment = z.infer<typeof environment>;

/** Where the services are that Emilia reads, and that are asked what they hold on a person. */
export type ServiceUrls = Record<"farm" | "genetics" | "research" | "processing", string>;
/** The model that answers; without one, what is built in does. */
export type ModelSettings = {
  name: string;
  at: { url: string } | { region: string };
  key: string | undefined;
  steps: number;
  tokens: number;
  seconds: number;
};
export type NatsLogin = { user: string | undefined; pass: string | undefined };

export type Settings = Environment & {
  natsLogins: Record<ServiceName, NatsLogin>;
  allowedOrigins: readonly string[];
  /** networks into which addresses that people set may lead, beside the public ones */
  reachable: readonly string[];
  mfaRoles: readonly Role[];
  passkeySite: string;
  serviceUrls: ServiceUrls;
  model: ModelSettings | undefined;
  kek: Uint8Array;
  operatorSecret: string | undefined;
  serviceSecret: string | undefined;
  metricsSecret: string | undefined;
  smtpPassword: string | undefined;
  /** By which the gateway is known from others on this machine; without one, whoever is on it is believed. */
  gatewaySecret: string | undefined;
};

export class SettingsError extends Error {
  override name = "SettingsError";
}

/** Reads and checks every setting at once; the error names each variable that is wrong. */
export function readSettings(env: Record<string, string | undefined>): Settings {
  const filled = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = environment.safeParse(filled);
  if (!parsed.success)
    throw new SettingsError(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("\n"));
  const settings = parsed.data;
  return {
    ...settings,
    natsLogins: natsLogins(filled),
    allowedOrigins: originsOf(settings),
    reachable: reachableOf(settings),
    mfaRoles: mfaRolesOf(settings),
    passkeySite: passkeySiteOf(settings),
    serviceUrls: serviceUrlsOf(settings.BELLWETHER_SERVICE_URLS, settings.BELLWETHER_PUBLIC_URL),
    model: modelOf(settings),
    kek: readKek(settings.USERS_KEK_FILE),
    operatorSecret: secretFrom("AUTH_OPERATOR_SECRET_FILE", settings.AUTH_OPERATOR_SECRET_FILE),
    serviceSecret: secretFrom("USERS_SERVICE_SECRET_FILE", settings.USERS_SERVICE_SECRET_FILE),
    gatewaySecret: secretFrom("USERS_GATEWAY_SECRET_FILE", settings.USERS_GATEWAY_SECRET_FILE),
    metricsSecret: secretFrom("BELLWETHER_METRICS_SECRET_FILE", settings.BELLWETHER_METRICS_SECRET_FILE),
    smtpPassword: passwordFrom("BELLWETHER_SMTP_PASSWORD_FILE", settings.BELLWETHER_SMTP_PASSWORD_FILE),
  };
}

function natsLogins(env: Record<string, string | undefined>): Record<ServiceName, NatsLogin> {
  const login = (prefix: string) => ({ user: env[`${prefix}_NATS_USER`], pass: env[`${prefix}_NATS_PASSWORD`] });
  const found = serviceNames.map((name) => [name, login(name.toUpperCase())]);
  return Object.fromEntries(found) as Record<ServiceName, NatsLogin>;
}

function originsOf(settings: Environment): readonly string[] {
  const listed = settings.BELLWETHER_ALLOWED_ORIGINS.split(",").map((origin) => origin.trim());
  return [...listed.filter(Boolean), settings.BELLWETHER_PUBLIC_URL].map((url) => new URL(url).origin);
}

/** A platform that is seen on its own machine only may also call what else is on it. */
function reachableOf({ BELLWETHER_OUTGOING_NETWORKS: listed, BELLWETHER_PUBLIC_URL: url }: Environment): string[] {
  const networks = listed.split(",").map((network) => network.trim());
  const wrong = networks.find((network) => network !== "" && !isNetwork(network));
  if (wrong !== undefined)
    throw new SettingsError(`BELLWETHER_OUTGOING_NETWORKS: ${wrong} is not a network such as 10.20.0.0/16`);
  const isOwnMachine = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname);
  return [...networks.filter(Boolean), ...(isOwnMachine ? loopbackNetworks : [])];
}

/** A service without an address of its own is reached through the gateway. */
function serviceUrlsOf(json: string, gateway: string): ServiceUrls {
  const url = z.url().default(gateway);
  const urls = z.object({ farm: url, genetics: url, research: url, processing: url });
  try {
    return urls.parse(JSON.parse(json));
  } catch {
    throw new SettingsError('BELLWETHER_SERVICE_URLS: must be JSON such as {"farm": "http://127.0.0.1:18101"}');
  }
}

function modelOf(settings: Environment): ModelSettings | undefined {
  const { CHATS_MODEL_URL: url, CHATS_MODEL_NAME: name, CHATS_MODEL_BEDROCK_REGION: region } = settings;
  if (url === undefined && region === undefined && name === undefined) return undefined;
  if ((url === undefined) === (region === undefined))
    throw new SettingsError(
      "CHATS_MODEL_URL: a model stands there or in CHATS_MODEL_BEDROCK_REGION; set one of the two",
    );
  if (name === undefined) throw new SettingsError("CHATS_MODEL_NAME: say which model of the endpoint answers");
  const { CHATS_MODEL_STEPS: steps, CHATS_MODEL_TOKENS: tokens, CHATS_MODEL_SECONDS: seconds } = settings;
  const key = settings.CHATS_MODEL_KEY_FILE && readPrivate("CHATS_MODEL_KEY_FILE", settings.CHATS_MODEL_KEY_FILE);
  const at = url === undefined ? { region: region ?? "" } : { url };
  return { name, at, key: key ? key.toString("utf8").trim() : undefined, steps, tokens, seconds };
}

/** `none` for nobody; an unknown role would be a rule that nobody keeps. */
function mfaRolesOf({ AUTH_MFA_ROLES: listed }: Environment): readonly Role[] {
  if (listed.trim() === "none") return [];
  const parsed = z.array(z.enum(roles)).safeParse(listed.split(",").map((name) => name.trim()));
  if (parsed.success) return parsed.data;
  throw new SettingsError(`AUTH_MFA_ROLES: write none, or roles among ${roles.join(", ")}, with commas between them`);
}

/** Passkeys belong to a site, which is the host of the public address or a domain above it. */
function passkeySiteOf({ AUTH_PASSKEY_SITE: given, BELLWETHER_PUBLIC_URL: url }: Environment): string {
  const { hostname } = new URL(url);
  const site = given ?? hostname;
  if (hostname === site || hostname.endsWith(`.${site}`)) return site;
  throw new SettingsError(`AUTH_PASSKEY_SITE: ${site} is neither ${hostname} nor a domain above it`);
}

function readKek(path: string): Uint8Array {
  const kek = new Uint8Array(readPrivate("USERS_KEK_FILE", path));
  if (kek.length !== 32) throw new SettingsError(`USERS_KEK_FILE: ${path} must hold 32 bytes, it holds ${kek.length}`);
  if (kek.every((byte) => byte === 0)) throw new SettingsError(`USERS_KEK_FILE: ${path} is all zero`);
  return kek;
}

function secretFrom(name: string, path: string | undefined): string | undefined {
  if (!path) return undefined;
  const secret = readPrivate(name, path).toString("utf8").trim();
  if (secret.length < 16) throw new SettingsError(`${name}: the secret in ${path} is shorter than 16 characters`);
  return secret;
}

/** Chosen elsewhere, so that its length is not ours to judge. */
function passwordFrom(name: string, path: string | undefined): string | undefined {
  return path && readPrivate(name, path).toString("utf8").trim();
}

function readPrivate(name: string, path: string): Buffer {
  let mode: number;
  try {
    mode = statSync(path).mode & 0o777;
  } catch {
    throw new SettingsError(`${name}: there is no readable file ${path}`);
  }
  if (mode & 0o077) throw new SettingsError(`${name}: ${path} has mode ${mode.toString(8)}; run chmod 600 on it`);
  return readFileSync(path);
}
