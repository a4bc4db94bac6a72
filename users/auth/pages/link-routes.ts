import type { Context } from "hono";
import type { AppEnv, ServiceApp } from "../../platform/http/service-app.ts";
import type { LiveSession } from "../../platform/identity/sessions.ts";
import type { Carried } from "../../platform/pages/carried.ts";
import { type Forms, posted, type Said, show } from "../../platform/pages/forms.ts";
import type { Page } from "../../platform/pages/page.ts";
import { signInPath } from "../../platform/pages/return-paths.ts";
import { addressWanted, linkUse } from "../addresses/schemas.ts";
import type { Addresses } from "../addresses/service.ts";
import { passwordReset } from "../recovery/schemas.ts";
import type { Recovery } from "../recovery/service.ts";
import { refreshCookie } from "../signing-in/cookie.ts";
import type { SigningIn } from "../signing-in/service.ts";
import * as pages from "./link-pages.ts";

export type LinkPageParts = {
  forms: Forms;
  carried: Carried;
  addresses: Addresses;
  recovery: Recovery;
  signingIn: SigningIn;
  sessionOf: (refreshToken: string) => Promise<LiveSession | undefined>;
  /** joins the farm that an invitation names, in the name of whose token it is; the role there */
  join: (accessToken: string, secret: string) => Promise<string>;
};
type Asking = Context<AppEnv>;

/** The pages to which mails lead. */
export function linkPageRoutes(app: ServiceApp, parts: LinkPageParts): void {
  const { addresses, recovery, forms } = parts;
  page(app, forms, "/account/verify", pages.verifyPage, async (c, { token }) => {
    await addresses.verify(linkUse.parse({ token }).token, c.get("address"));
    return show(c, pages.verifiedPage());
  });
  page(app, forms, "/account/email", pages.emailPage, async (c, { token }) => {
    await addresses.change(linkUse.parse({ token }).token, c.get("address"));
    return show(c, pages.emailChangedPage());
  });
  page(app, forms, "/account/reset", pages.resetPage, async (c, said) => {
    const { token, password, code: shown } = said;
    const code = shown?.replaceAll(/\s/g, "") || undefined;
    const given = passwordReset.parse({ token, password, ...(code && { second_factor: code }) });
    await recovery.reset({ token: given.token, password: given.password, code, address: c.get("address") });
    return show(c, pages.resetDonePage());
  });
  page(app, forms, "/account/forgot", pages.forgotPage, async (c, { email }) => {
    await recovery.forgot(addressWanted.parse({ email }).email, c.get("address"));
    return show(c, pages.askedPage());
  });
  invitationPage(app, parts);
}

/** Who is not signed in does so first; the secret waits in a cookie that only the page can read. */
function invitationPage(app: ServiceApp, { forms, carried, signingIn, sessionOf, join }: LinkPageParts): void {
  const path = "/account/invitation";
  const asking = (c: Asking) => pages.invitationPage({ proof: forms.proof(c), token: carried.get(c) });
  app.get(path, (c) => show(c, asking(c)));
  const again = (c: Asking) => asking(c);
  act(app, forms, path, again, async (c, { token = "" }) => {
    const secret = linkUse.parse({ token }).token;
    const session = await sessionOf(refreshCookie(c) ?? "");
    const accessToken = session && (await signingIn.tokenOf(session));
    if (!accessToken) {
      carried.keep(c, secret);
      return c.redirect(signInPath(path), 303);
    }
    const role = await join(accessToken, secret);
    carried.drop(c);
    return show(c, pages.joinedPage(role));
  });
}

type Build = (asked: pages.LinkAsked) => Page;
type Act = (c: Asking, said: Said) => Promise<Response>;

function page(app: ServiceApp, forms: Forms, path: string, build: Build, does: Act): void {
  app.get(path, (c) => show(c, build({ proof: forms.proof(c) })));
  act(app, forms, path, (c, { token }) => build({ proof: forms.proof(c), ...(token && { token }) }), does);
}

function act(app: ServiceApp, forms: Forms, path: string, again: (c: Asking, said: Said) => Page, does: Act): void {
  app.post(path, (c) =>
    posted(
      c,
      forms,
      (refusal, said = {}) => show(c, again(c, said), refusal),
      (said) => does(c, said),
    ),
  );
}
