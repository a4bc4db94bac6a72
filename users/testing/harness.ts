import { z } from "zod";
import { Hasher } from "../auth/passwords/hasher.ts";
import { type Composed, compose, type Outside } from "../composition/compose.ts";
import { MemoryTable } from "../platform/dynamo/memory.ts";
import { signAccessToken, type TokenSubject } from "../platform/identity/tokens.ts";
import { type Settings, serviceNames } from "../platform/settings.ts";
import { quiet } from "../platform/telemetry/logging.ts";
import { TestClock, testSettings } from "./settings.ts";

/** All four services on tables in memory, called without a network. For tests only. */

/** argon2 costs 30 ms of processor a time; route tests need its answers, not its cost. */
class PlainHasher extends Hasher {
  override isPresent = (stored: string) => stored.startsWith("plain:");
  override hash = async (password: string) => `plain:${password}`;
  override verify = async (password: string, stored: string | undefined) => stored === `plain:${password}`;
}

export const password = "seven grey ewes at dawn";
const tokenAnswer = z.object({ access_token: z.string(), user: z.object({ id: z.string() }) });
export type Person = { email: string; uid: string; token: string; cookie: string };
export type Call = { token?: string; body?: unknown; raw?: string; headers?: Record<string, string> };

export class Harness {
  readonly clock = new TestClock();
  readonly table = new MemoryTable();
  readonly keysTable = new MemoryTable();
  readonly settings: Settings;
  readonly composed: Composed;
  private people = 0;

  constructor(change: Partial<Settings> = {}, outside: Partial<Outside> = {}) {
    this.settings = testSettings(change);
    const { settings, clock, table, keysTable } = this;
    const hasher = new PlainHasher();
    const parts = { settings, clock: clock.now, table, keysTable, log: quiet, hasher, ...outside };
    this.composed = compose(serviceNames, parts);
  }

  static async ready(change: Partial<Settings> = {}, outside: Partial<Outside> = {}): Promise<Harness> {
    const harness = new Harness(change, outside);
    await harness.composed.signing.ensure();
    return harness;
  }

  async call(method: string, path: string, { token, body, raw, headers = {} }: Call = {}): Promise<Response> {
    const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const all = {
      ...(text !== undefined && { "content-type": "application/json" }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    };
    return this.composed.app.request(path, { method, headers: all, body: text }, { address: "127.0.0.1" });
  }

  async register(email: string): Promise<Response> {
    return this.call("POST", "/api/v1/auth/register", { body: { email, password, name: "Test Person" } });
  }

  async login(email: string): Promise<Person> {
    const answer = await this.call("POST", "/api/v1/auth/login", { body: { email, password } });
    if (answer.status !== 200) throw new Error(`login answered ${answer.status}: ${await answer.text()}`);
    const { access_token, user } = tokenAnswer.parse(await answer.json());
    return { email, uid: user.id, token: access_token, cookie: cookieOf(answer) };
  }

  /** Somebody new, logged in, with these roles. */
  async person(...roles: string[]): Promise<Person> {
    this.people += 1;
    const email = `person${this.people}@hillfarm.example`;
    await this.register(email);
    if (roles.length > 0) await this.setRoles(email, roles);
    return this.login(email);
  }

  setRoles(email: string, roles: string[]): Promise<Response> {
    const headers = { authorization: `Operator ${this.settings.operatorSecret}` };
    return this.call("POST", "/api/v1/auth/operator/roles", { body: { email, roles }, headers });
  }

  refresh(cookie: string, headers: Record<string, string> = {}): Promise<Response> {
    const origin = "http://localhost:8080";
    return this.call("POST", "/api/v1/auth/refresh", { headers: { origin, "x-bw-csrf": "1", cookie, ...headers } });
  }

  /** A token of the person's living session with a role that has no permission. */
  tokenWithRole(person: Person, role: string): Promise<string> {
    return this.tokenOf(person, { roles: [role], authTime: 0 });
  }

  /** A token of the person's living session that says something else of it, two factors for example. */
  async tokenOf(
    person: Person,
    change: Partial<Pick<TokenSubject, "roles" | "acr" | "authTime" | "actor">>,
  ): Promise<string> {
    const said = z.object({ sid: z.string(), roles: z.array(z.string()), auth_time: z.number() });
    const { sid, roles, auth_time: authTime } = said.parse(JSON.parse(atob(person.token.split(".")[1] ?? "")));
    const { BELLWETHER_ISSUER: issuer, BELLWETHER_AUDIENCE: audience } = this.settings;
    const subject = { uid: person.uid, sid, roles, amr: ["pwd"], acr: "aal1", authTime, ...change };
    const key = await this.composed.signing.current();
    return signAccessToken(key, subject, { issuer, audience, lifeSeconds: 300 }, this.clock.now);
  }
}

/** The refresh cookie as a browser would send it back. */
export function cookieOf(answer: Response): string {
  return (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
}

export async function codeOf(answer: Response): Promise<string> {
  return z.object({ code: z.string() }).parse(await answer.json()).code;
}
