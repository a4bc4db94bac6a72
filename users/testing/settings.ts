import type { Settings } from "../platform/settings.ts";

/** A clock that is moved by hand. */
export class TestClock {
  ms = Date.parse("2027-03-01T06:00:00Z");
  readonly now = (): number => this.ms;
  pass(seconds: number): void {
    this.ms += seconds * 1000;
  }
}

export const testSettings = (change: Partial<Settings> = {}): Settings => ({
  BELLWETHER_PUBLIC_URL: "http://localhost:8080",
  BELLWETHER_ALLOWED_ORIGINS: "",
  BELLWETHER_LOG_LEVEL: "info",
  BELLWETHER_AUTH_URL: "http://127.0.0.1:1",
  BELLWETHER_SERVICE_URLS: "{}",
  BELLWETHER_ISSUER: "https://bellwether.local",
  BELLWETHER_AUDIENCE: "bellwether",
  BELLWETHER_PLATFORM_ID: "",
  BELLWETHER_NATS_URL: "nats://127.0.0.1:1",
  BELLWETHER_TRUSTED_PROXIES: 1,
  BELLWETHER_OUTGOING_NETWORKS: "",
  BELLWETHER_OTLP_ENDPOINT: "",
  USERS_DYNAMODB_URL: "http://127.0.0.1:1",
  USERS_KEYS_DYNAMODB_URL: "http://127.0.0.1:1",
  USERS_DYNAMODB_REGION: "eu-west-1",
  USERS_DYNAMODB_REPLICAS: "",
  USERS_KEK_FILE: "unused",
  AUTH_ACCESS_TOKEN_SECONDS: 300,
  AUTH_LOGIN_LIMIT_ACCOUNT: 10,
  AUTH_LOGIN_LIMIT_ADDRESS: 300,
  AUTH_REGISTER_LIMIT_ADDRESS: 300,
  BELLWETHER_QUOTA_CHATS_OF_USER: 5_000,
  BELLWETHER_QUOTA_MESSAGES_OF_CHAT: 2_000,
  BELLWETHER_QUOTA_FOLDERS_OF_USER: 200,
  BELLWETHER_POLICY_VERIFICATION: "optional",
  BELLWETHER_POLICY_APPROVAL: "none",
  BELLWETHER_MAIL_FROM: "bellwether@localhost",
  CHATS_MODEL_STEPS: 8,
  CHATS_MODEL_TOKENS: 2_000,
  CHATS_MODEL_SECONDS: 120,
  model: undefined,
  CHATS_RUNS_LIMIT_USER: 30,
  CHATS_OPEN_LIMIT_ADDRESS: 30,
  CHATS_EXPORTS_LIMIT_USER: 30,
  CHATS_CONTEXT_TOKENS: 6_000,
  SESSIONS_POLICIES: "{}",
  SESSIONS_PLACE_HEADERS: "",
  PROFILES_PUSH_HOSTS: "fcm.googleapis.com",
  SESSIONS_CAP: 5,
  SESSIONS_CAP_ADMINISTRATOR: 2,
  AUTH_MFA_ROLES: "none",
  mfaRoles: [],
  passkeySite: "localhost",
  natsLogins: {
    auth: { user: undefined, pass: undefined },
    sessions: { user: undefined, pass: undefined },
    profiles: { user: undefined, pass: undefined },
    chats: { user: undefined, pass: undefined },
  },
  allowedOrigins: ["http://localhost:8080"],
  reachable: ["127.0.0.0/8"],
  serviceUrls: {
    farm: "http://127.0.0.1:1",
    genetics: "http://127.0.0.1:1",
    research: "http://127.0.0.1:1",
    processing: "http://127.0.0.1:1",
  },
  kek: new Uint8Array(32).fill(7),
  operatorSecret: "operator-secret-of-the-tests",
  serviceSecret: "service-secret-of-the-tests",
  gatewaySecret: undefined,
  smtpPassword: undefined,
  metricsSecret: "metrics-secret-of-the-tests",
  ...change,
});
