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
import { originOf } from "../signing-in/origin.ts";
import { credentials } from "../signing-in/schemas.ts";
import { isChallenge, type SignedIn, type SigningIn } from "../signing-in/service.ts";
import { setCookies } from "../signing-in/views.ts";
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
      const { outcome } = await signingIn.login({
        ...credentials.parse({ email: said.email, password: said.password }),
        address: c.get("address"),
        from: originOf(c),
      });
      const returnTo = returnPath(said.return_to);
      if (isChallenge(outcome)) {
        const { challenge, offer } = outcome;
        return show(c, factorPage({ proof: forms.proof(c), returnTo }, challenge, offer));
      }
      return goOn(c, outcome, returnTo);
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
      const done = await signingIn.answer(said.challenge ?? "", shownIn(said), originOf(c));
      return goOn(c, done, returnPath(said.return_to));
    });
  });
}

function passkeyRoute(app: ServiceApp, parts: SignInPageParts): void {
  const { forms, passkeys } = parts;
  app.post("/account/sign-in/passkey", (c) => {
    const again = async (refusal: Problem, said: Said = {}) => show(c, await signIn(c, parts, said.return_to), refusal);
    return posted(c, forms, again, async (said) => {
      const done = await passkeys.login(assertionIn(said), c.get("address"), originOf(c));
      return goOn(c, done, returnPath(said.return_to));
    });
  });
}

async function signIn(c: Asking, { forms, administration }: SignInPageParts, returnTo?: string, email = "") {
  const doors = (await administration.all()).map(({ id, name }) => ({ id, name }));
  return signInPage({ proof: forms.proof(c), returnTo: returnPath(returnTo) }, doors, email);
}

function goOn(c: Asking, done: SignedIn, to: string) {
  setCookies(c, done);
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
