import { createLocalJWKSet, jwtVerify } from "jose";
import * as keys from "../platform/dynamo/keys.ts";
import { Authenticator } from "../platform/identity/authenticator.ts";
import { CheckedTokens } from "../platform/identity/checked-tokens.ts";
import { signAccessToken, verifyAccessToken } from "../platform/identity/tokens.ts";
import { uuid } from "../platform/ids.ts";
import type { Ground, Person } from "./ground.ts";
import { beside, type Row, rates } from "./rows.ts";

const callers = 16;

/** Tokens that nobody has seen yet, beside jose by itself with the same checks. */
export async function verification({ composed, settings, seconds }: Ground): Promise<Row[]> {
  const { signing } = composed;
  const rules = rulesOf(settings);
  const person = { uid: uuid(Date.now()), sid: "s", roles: ["farmer"], amr: ["pwd"], acr: "aal1", authTime: 1 };
  const key = await signing.current();
  const tokens = await Promise.all(Array.from({ length: 20_000 }, () => signAccessToken(key, person, rules, Date.now)));
  const next = (n: number) => tokens[n % tokens.length] ?? "";
  const set = await signing.keysFor("");
  const bareSet = createLocalJWKSet(set);
  const { issuer, audience } = rules;
  const bare = (n: number) => jwtVerify(next(n), bareSet, { algorithms: ["ES256"], typ: "at+jwt", issuer, audience });
  let fresh = 0;
  const ours = () => verifyAccessToken(next(fresh++), set, rules, Date.now);
  const [value, other] = await rates(ours, bare, callers, seconds);
  const peer = { name: "jose jwtVerify", value: other };
  const known = next(0);
  const checked = new CheckedTokens(rules, Date.now);
  const [again] = await rates(() => checked.caller(known, set), bare, callers, seconds);
  return [
    beside("verify a token in Bun", "never seen", value, "tokens/s", peer, { least: 0.7 }),
    beside("verify a token in Bun", "seen before", again, "tokens/s", peer, { least: 1 }),
  ];
}

/** A token and one read of its session, beside a bare read of the same item through the same client. */
export async function sessionCheck(ground: Ground): Promise<Row[]> {
  const { composed, settings, stores, seconds } = ground;
  const people = await Promise.all(Array.from({ length: callers }, (_, n) => ground.person(`check${n}`)));
  const authenticator = new Authenticator(composed.signing, composed.sessions, rulesOf(settings), Date.now);
  const one = (n: number) => people[n % callers] ?? { token: "" };
  const sids = people.map(sidOf);
  const bare = (n: number) => stores.table.get(keys.session(sids[n % callers] ?? ""));
  const [value, other] = await rates((n) => authenticator.caller(one(n).token), bare, callers, seconds);
  const peer = { name: "bare GetItem", value: other };
  const rows = [beside("check a session", `${callers} callers`, value, "checks/s", peer, { least: 0.7 })];
  const refused = "/api/v1/sessions/statistics";
  const overHttp = async (n: number) => {
    const headers = { authorization: `Bearer ${one(n).token}` };
    const answer = await fetch(`http://127.0.0.1:${ground.server.port}${refused}`, { headers });
    if (answer.status !== 403) throw new Error(`${refused} answered ${answer.status}`);
    await answer.arrayBuffer();
  };
  const [http, bareAgain] = await rates(overHttp, bare, callers, seconds);
  const remark = "a route that refuses the role: a token, a session, an answer";
  return [
    ...rows,
    beside(
      "check a session over HTTP",
      `${callers} callers`,
      http,
      "requests/s",
      { ...peer, value: bareAgain },
      { least: 0.35, remark },
    ),
  ];
}

export const sidOf = ({ token }: Pick<Person, "token">): string =>
  String(JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()).sid);

export const rulesOf = (settings: Ground["settings"]) => ({
  issuer: settings.BELLWETHER_ISSUER,
  audience: settings.BELLWETHER_AUDIENCE,
  lifeSeconds: settings.AUTH_ACCESS_TOKEN_SECONDS,
});
