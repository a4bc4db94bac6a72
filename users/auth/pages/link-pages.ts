import { type Html, html, type Page } from "../../platform/pages/page.ts";
import { secretField } from "../../platform/pages/secret-field.ts";
import { passwordLengths } from "../passwords/schemas.ts";

/** The pages behind mailed links. Whoever only looks changes nothing: scanners of mail look at every link. */
export type LinkAsked = { proof: Html; token?: string };

const linkForm = (action: string, name: string, { proof, token }: LinkAsked, fields: Html | string, button: string) =>
  html`<form method="post" action="${action}">${proof}${secretField(name, token)}${fields}<button>${button}</button></form>`;

export const verifyPage = (asked: LinkAsked): Page => ({
  title: "Confirm your address",
  content: linkForm("/account/verify", "verify", asked, "", "Yes, this address is mine"),
  isScripted: true,
});

export const emailPage = (asked: LinkAsked): Page => ({
  title: "Confirm your new address",
  content: html`<p>Your account gets this address, and all its sessions end.</p>
${linkForm("/account/email", "email", asked, "", "Yes, take this address")}`,
  isScripted: true,
});

export function resetPage(asked: LinkAsked): Page {
  const { min_length: least, max_length: most } = passwordLengths;
  const fields = html`<label for="password">New password, ${least} characters or more</label>
<input id="password" name="password" type="password" autocomplete="new-password" minlength="${least}" maxlength="${most}" required>
<label for="code">If your account has a second factor: a code of your app, or a recovery code</label>
<input id="code" name="code" autocomplete="one-time-code" autocapitalize="off" spellcheck="false" maxlength="64">`;
  const content = html`<p>All your sessions end, here and elsewhere.</p>
${linkForm("/account/reset", "reset", asked, fields, "Take this password")}`;
  return { title: "Choose a new password", content, isScripted: true };
}

export const invitationPage = (asked: LinkAsked): Page => ({
  title: "Accept an invitation",
  content: html`<p>Somebody has invited you to their farm. You need an account here with the address that was invited.</p>
${linkForm("/account/invitation", "invitation", asked, "", "Accept the invitation")}`,
  isScripted: true,
});

export const forgotPage = ({ proof }: LinkAsked): Page => ({
  title: "Ask for a new password",
  content: html`<form method="post" action="/account/forgot">${proof}
<label for="email">E-mail</label>
<input id="email" name="email" type="email" autocomplete="username" maxlength="254" required>
<button>Send me a link</button></form>`,
});

const signInLink = html`<p><a href="/account/sign-in">Sign in</a></p>`;
const done = (title: string, text: string): Page => ({ title, content: html`<p>${text}</p>${signInLink}` });

export const verifiedPage = () => done("Your address is confirmed", "Thank you: you can sign in now.");
export const emailChangedPage = () =>
  done("Your address is changed", "All sessions have ended: sign in by the new one.");
export const resetDonePage = () => done("Your password is changed", "All sessions have ended: sign in by the new one.");
export const askedPage = (): Page => ({
  title: "Look into your mail",
  content: html`<p>If there is an account with this address, a link is on its way. It works once, within 30 minutes.</p>`,
});
export const joinedPage = (role: string): Page => ({
  title: "You belong to the farm now",
  content: html`<p>Your role there is: ${role}. <a href="/">Go on to the platform</a></p>`,
});
