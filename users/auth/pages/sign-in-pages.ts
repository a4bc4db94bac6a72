import { type Html, html, type Page } from "../../platform/pages/page.ts";
import type { Challenged } from "../factors/challenges.ts";

export type Door = { id: string; name: string };
type Asked = { proof: Html; returnTo: string };

const hidden = ({ proof, returnTo }: Asked) => html`${proof}<input type="hidden" name="return_to" value="${returnTo}">`;

const passkeyForm = (asked: Asked, action: string, more: Html | string, options?: object) =>
  html`<form method="post" action="${action}" data-passkey="${options ? JSON.stringify(options) : ""}" hidden>
${hidden(asked)}${more}<input type="hidden" name="passkey">
<button>Use a passkey</button> <p role="alert"></p></form>`;

const codeField = html`<label for="code">Code of your authenticator app, or a recovery code</label>
<input id="code" name="code" autocomplete="one-time-code" autocapitalize="off" spellcheck="false" maxlength="64" required>`;

/** By e-mail and password, by a passkey, or by an institution; who comes back from one shows the second factor here. */
export function signInPage(asked: Asked, doors: readonly Door[], email: string): Page {
  const from = encodeURIComponent(asked.returnTo);
  const links = doors.map(
    ({ id, name }) => html`<li><a href="/api/v1/auth/oidc/${id}/start?return_to=${from}">${name}</a></li>`,
  );
  const content = html`<div data-with-secret="hidden" data-of="mfa_challenge">
<form method="post" action="/account/sign-in">${hidden(asked)}
<label for="email">E-mail</label>
<input id="email" name="email" type="email" autocomplete="username" maxlength="254" value="${email}" required>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="128" required>
<button>Sign in</button></form>
${passkeyForm(asked, "/account/sign-in/passkey", "")}
${links.length > 0 ? html`<h2>By your institution</h2><ul>${links}</ul>` : ""}
<p><a href="/account/forgot">I have forgotten my password</a></p></div>
<div data-with-secret="shown" data-of="mfa_challenge" hidden>
<p>Your institution has let you in. Your account has a second factor: show it.</p>
<form method="post" action="/account/sign-in/factor">${hidden(asked)}
<input type="hidden" name="challenge" data-secret="mfa_challenge">${codeField}
<button>Go on</button></form></div>`;
  return { title: "Sign in", content, isScripted: true };
}

/** The second factor of a sign-in that waits for it; `offer` is known when it has just begun. */
export function factorPage(asked: Asked, challenge: string, offer?: Challenged["offer"]): Page {
  const waiting = html`<input type="hidden" name="challenge" value="${challenge}">`;
  const action = "/account/sign-in/factor";
  const passkey = offer?.passkey ? passkeyForm(asked, action, waiting, offer.passkey) : "";
  const content = html`<p>Your account has a second factor.</p>
<form method="post" action="${action}">${hidden(asked)}${waiting}${codeField}<button>Go on</button></form>
${passkey}
<p><a href="/account/sign-in?return_to=${encodeURIComponent(asked.returnTo)}">Begin again</a></p>`;
  return { title: "Show your second factor", content, isScripted: passkey !== "" };
}

export const signedInPage = (): Page => ({
  title: "You are signed in",
  content: html`<p>You may close this page, or go to <a href="/">the platform</a>.</p>`,
});

/** Why an institution opened no door, by the word with which it sent the browser back. */
export const institutionWords: Record<string, string> = {
  not_vouched_for: "Your institution did not let you in.",
  address_not_verified: "Your institution does not say that your e-mail address has been verified: ask it to.",
  domain_not_allowed: "Your institution may not open accounts for addresses like yours: ask an administrator.",
  link_needed: "Your address has an account already: sign in as before, then link it to your institution.",
  account_disabled: "An administrator has disabled this account.",
  awaits_approval: "An administrator has to approve this account first: you get a mail.",
  approval_denied: "An administrator has denied this account.",
};
