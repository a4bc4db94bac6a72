import { type CryptoKey, createLocalJWKSet, type JSONWebKeySet, type JWK, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { type Clock, minute, seconds } from "../clock.ts";
import { randomText } from "../ids.ts";

export type Caller = {
  uid: string;
  sid: string;
  roles: readonly string[];
  acr: string;
  amr: readonly string[];
  authTime: number;
  /** when the token was made and when it ends, seconds */
  iat: number;
  exp: number;
  /** the only permissions that this token may use; absent: all that the roles have */
  scopes?: readonly string[] | undefined;
  /** the only farms that this token is for; absent: all of the user's */
  farms?: readonly string[] | undefined;
  /** The administrator who acts as this user, and the session in which they do; they read only. */
  actor?: { uid: string; sid: string } | undefined;
  /** what a program's token stands on besides the session: its grant, and that the program is known */
  standsOn?: readonly string[] | undefined;
};

/** Everything that a token ends with, and whose it is. */
export const foundationsOf = ({ sid, uid, actor, standsOn = [] }: Caller): { sid: string; uid: string }[] => [
  { sid, uid },
  ...(actor ? [actor] : []),
  ...standsOn.map((each) => ({ sid: each, uid })),
];

export type SigningKey = { kid: string; key: CryptoKey };
export type TokenRules = { issuer: string; audience: string; lifeSeconds: number };
export type TokenSubject = Omit<Caller, "iat" | "exp">;

const claims = z
  .object({
    sub: z.guid(),
    sid: z.string().min(1),
    jti: z.string().min(1),
    roles: z.array(z.string()),
    acr: z.string(),
    amr: z.array(z.string()).default([]),
    auth_time: z.number(),
    iat: z.number(),
    exp: z.number(),
    scope: z.string().optional(),
    farms: z.array(z.guid()).min(1).optional(),
    act: z.object({ sub: z.guid(), sid: z.string().min(1) }).optional(),
    stands_on: z.array(z.string().min(1)).max(4).optional(),
  })
  // who names farms names permissions too: the other ones belong to no farm
  .refine(({ farms, scope }) => farms === undefined || scope !== undefined);

/** How long an administrator may act as a user; nothing makes it longer. */
export const impersonationSeconds = 15 * minute;
export const lifeOf = ({ actor }: Pick<Caller, "actor">, { lifeSeconds }: TokenRules): number =>
  actor ? impersonationSeconds : lifeSeconds;

export class TokenRefused extends Error {
  override name = "TokenRefused";
}

export async function signAccessToken(
  signing: SigningKey,
  subject: TokenSubject,
  rules: TokenRules,
  clock: Clock,
): Promise<string> {
  const now = seconds(clock);
  const { sid, roles, amr, acr, authTime, scopes, farms, actor } = subject;
  const narrowed = { ...(scopes && { scope: scopes.join(" ") }), ...(farms && { farms }) };
  const by = actor && { act: { sub: actor.uid, sid: actor.sid } };
  return new SignJWT({ sid, roles, amr, acr, auth_time: authTime, ...narrowed, ...by })
    .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: signing.kid })
    .setIssuer(rules.issuer)
    .setAudience(rules.audience)
    .setSubject(subject.uid)
    .setJti(randomText(16))
    .setIssuedAt(now)
    .setExpirationTime(now + lifeOf(subject, rules))
    .sign(signing.key);
}

/** How far the clocks of two machines may differ. */
export const leewaySeconds = 60;
const maxTokenCharacters = 4_096;

/** Returns the caller of a token, or throws TokenRefused without saying why. */
export async function verifyAccessToken(
  token: string,
  keySet: JSONWebKeySet,
  rules: TokenRules,
  clock: Clock,
): Promise<Caller> {
  if (token.length > maxTokenCharacters) throw new TokenRefused();
  try {
    const { payload } = await jwtVerify(token, localSet(keySet), {
      algorithms: ["ES256"],
      typ: "at+jwt",
      issuer: rules.issuer,
      audience: rules.audience,
      clockTolerance: leewaySeconds,
      currentDate: new Date(clock()),
      requiredClaims: ["exp", "iat", "sub", "sid", "jti"],
      // with the leeway on top; and jose refuses an `iat` in the future only when an age is asked for
      maxTokenAge: Math.max(rules.lifeSeconds, impersonationSeconds),
    });
    const { sub, auth_time: authTime, iat, exp, scope, act, stands_on: standsOn, ...said } = claims.parse(payload);
    const { sid, roles, acr, amr, farms } = said;
    const actor = act && { uid: act.sub, sid: act.sid };
    if (seconds(clock) - iat > lifeOf({ actor }, rules) + leewaySeconds) throw new TokenRefused();
    const narrowed = { scopes: scope?.split(" "), farms, actor, standsOn };
    return { uid: sub, sid, roles, acr, amr, authTime, iat, exp, ...narrowed };
  } catch {
    throw new TokenRefused();
  }
}

const localSets = new WeakMap<JSONWebKeySet, ReturnType<typeof createLocalJWKSet>>();

/** jose imports the keys of each set anew, so one set is kept per document. */
function localSet(keySet: JSONWebKeySet) {
  const known = localSets.get(keySet);
  if (known) return known;
  const made = createLocalJWKSet({ keys: keySet.keys.filter(isSigningKey) });
  localSets.set(keySet, made);
  return made;
}

const isSigningKey = (key: JWK) => key.kty === "EC" && key.crv === "P-256" && (key.use ?? "sig") === "sig";
