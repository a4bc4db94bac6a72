import { generateSync } from "otplib";
import { z } from "zod";
import { Authenticator } from "./authenticator.ts";
import { cookieOf, type Harness, type Person, password } from "./harness.ts";

/** People with second factors; for tests only. */

const session = z.object({ access_token: z.string() });
export const enrolled = z.object({ session, recovery_codes: z.array(z.string()).optional() });
export const challenged = z.object({
  challenge: z.string(),
  expires_in: z.number(),
  factors: z.array(z.string()),
  passkey: z.looseObject({ challenge: z.string() }).nullable(),
});

/** The code that the app shows now. */
export const codeOf = (house: Harness, secret: string): string =>
  generateSync({ secret, epoch: Math.floor(house.clock.ms / 1000) });
/** One that it does not show. */
export const wrongCode = (house: Harness, secret: string): string =>
  String((Number(codeOf(house, secret)) + 1) % 1_000_000).padStart(6, "0");

export async function enrolTotp(
  house: Harness,
  person: Person,
): Promise<{ secret: string; codes: string[]; cookie: string }> {
  const begun = await house.call("POST", "/api/v1/auth/mfa/totp", { token: person.token });
  const { secret } = z.object({ secret: z.string() }).parse(await begun.json());
  const body = { code: codeOf(house, secret) };
  const answer = await house.call("POST", "/api/v1/auth/mfa/totp/confirm", { token: person.token, body });
  const { session, recovery_codes: codes = [] } = enrolled.parse(await answer.json());
  person.token = session.access_token;
  // the code that confirmed it is used up
  house.clock.pass(30);
  return { secret, codes, cookie: cookieOf(answer) };
}

export async function registerPasskey(house: Harness, person: Person, key = new Authenticator()) {
  const options = await house.call("POST", "/api/v1/auth/passkeys/registration", { token: person.token });
  const body = { name: "Key", passkey: key.make(await options.json()) };
  const answer = await house.call("POST", "/api/v1/auth/passkeys", { token: person.token, body });
  const kept = enrolled.extend({ passkey: z.object({ id: z.string() }) }).parse(await answer.json());
  person.token = kept.session.access_token;
  return { key, id: kept.passkey.id, codes: kept.recovery_codes ?? [] };
}

/** A sign-in by password that now waits for the second factor. */
export async function challengeFor(house: Harness, person: Person) {
  const answer = await house.call("POST", "/api/v1/auth/login", { body: { email: person.email, password } });
  if (answer.status !== 202) throw new Error(`login answered ${answer.status}`);
  return challenged.parse(await answer.json());
}

export const answer = (house: Harness, challenge: string, given: object): Promise<Response> =>
  house.call("POST", "/api/v1/auth/mfa", { body: { challenge, ...given } });

export const passkeyOptions = async (house: Harness): Promise<unknown> =>
  (await house.call("POST", "/api/v1/auth/passkeys/options")).json();

export const claimsOf = (token: string) =>
  z
    .looseObject({ acr: z.string(), amr: z.array(z.string()), auth_time: z.number(), roles: z.array(z.string()) })
    .parse(JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()));
export const tokenIn = async (answer: Response): Promise<string> => session.parse(await answer.json()).access_token;
