import type { Context } from "hono";
import { z } from "zod";
import type { AppEnv, ServiceApp } from "../../platform/http/service-app.ts";
import { type Forms, posted, type Said, show } from "../../platform/pages/forms.ts";
import { returnPath } from "../../platform/pages/return-paths.ts";
import type { Problem } from "../../platform/problems.ts";
import type { SecondFactor } from "../factors/second-factors.ts";
import type { Institution } from "../institutions/models.ts";
import { assertion } from "../passkeys/schemas.ts";
import type { Passkeys } from "../passkeys/service.ts";
import { deviceCookie, setDeviceCookie, setRefreshCookie } from "../signing-in/cookie.ts";
import { deviceLabel } from "../signing-in/device-label.ts";
import { credentials } from "../signing-in/schemas.ts";
import { isChallenge, type SignedIn, type SigningIn } from "../signing-in/service.ts";
import { factorPage, institutionWords, signedInPage, signInPage } from "./sign-in-pages.ts";

export type SignInPageParts = {
  forms: Forms;
  signingIn: SigningIn;
  passkeys: Passkeys;
  administration: { all(): Promise<Institution[]> };
};
type Asking = Context<AppEnv>;

/** Where people sign in who have no page of the platform before them: a program has sent them here, or a mail. */
export function signInPageRoutes(app: ServiceApp, parts: SignInPageParts): void {
  passwordRoutes(app, parts);
  factorRoute(app, parts);
  passkeyRoute(app, parts);
}

function passwordRoutes(app: ServiceApp, parts: SignInPageParts): void {
  const { forms, signingIn } = parts;
  app.get("/account/sign-in", async (c) => {
    const said = institutionWords[c.req.query("sign_in") ?? ""];
    const page = await signIn(c, parts, c.req.query("return_to"));
    return show(c, { ...page, problem: said });
  });
  app.get("/account/signed-in", (c) => show(c, signedInPage()));

  app.post("/account/sign-in", async (c) => {
    const again = async (refusal: Problem, said: Said = {}) =>
      show(c, await signIn(c, parts, said.return_to, said.email), refusal);
    return posted(c, forms, again, async (said) => {
      const { outcome, newDevice } = await signingIn.login({
        ...credentials.parse({ email: said.email, password: said.password }),
        ...from(c),
        address: c.get("address"),
        knownDevice: deviceCookie(c),
      });
      const returnTo = returnPath(said.return_to);
      if (isChallenge(outcome)) {
        const { challenge, offer } = outcome;
        return show(c, factorPage({ proof: forms.proof(c), returnTo }, challenge, offer));
      }
      return goOn(c, outcome, returnTo, newDevice);
    });
  });
}

function factorRoute(app: ServiceApp, parts: SignInPageParts): void {
  const { forms, signingIn } = parts;
  app.post("/account/sign-in/factor", (c) => {
    const again = async (refusal: Problem, said: Said = {}) => {
      const asked = { proof: forms.proof(c), returnTo: returnPath(said.return_to) };
      const isOver = refusal.code === "challenge_over" || said.challenge === undefined;
      return show(
        c,
        isOver ? await signIn(c, parts, said.return_to) : factorPage(asked, said.challenge ?? ""),
        refusal,
      );
    };
    return posted(c, forms, again, async (said) => {
      const { outcome, newDevice } = await signingIn.answer(said.challenge ?? "", shownIn(said), c.get("place"));
      return goOn(c, outcome, returnPath(said.return_to), newDevice);
    });
  });
}

function passkeyRoute(app: ServiceApp, parts: SignInPageParts): void {
  const { forms, passkeys } = parts;
  app.post("/account/sign-in/passkey", (c) => {
    const again = async (refusal: Problem, said: Said = {}) => show(c, await signIn(c, parts, said.return_to), refusal);
    return posted(c, forms, again, async (said) => {
      const { device } = from(c);
      const outcome = await passkeys.login(assertionIn(said), c.get("address"), device);
      return goOn(c, outcome, returnPath(said.return_to), undefined);
    });
  });
}

async function signIn(c: Asking, { forms, administration }: SignInPageParts, returnTo?: string, email = "") {
  const doors = (await administration.all()).map(({ id, name }) => ({ id, name }));
  return signInPage({ proof: forms.proof(c), returnTo: returnPath(returnTo) }, doors, email);
}

const from = (c: Asking) => ({ device: deviceLabel(c.req.header("user-agent")), place: c.get("place") });

function goOn(c: Asking, { refreshToken, maxAgeSeconds }: SignedIn, to: string, newDevice: string | undefined) {
  setRefreshCookie(c, refreshToken, maxAgeSeconds);
  if (newDevice) setDeviceCookie(c, newDevice);
  return c.redirect(to, 303);
}

function shownIn(said: Said): SecondFactor {
  if (said.passkey) return { passkey: assertionIn(said) };
  const code = (said.code ?? "").replaceAll(/\s/g, "");
  return /^\d{6}$/.test(code) ? { totp: code } : { recovery: code.slice(0, 64) };
}

const asJson = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue("is not what a browser says of a passkey");
    return z.NEVER;
  }
});
const assertionIn = ({ passkey }: Said) => asJson.pipe(assertion).parse(passkey);
