import { type Html, html, type Page, raw } from "../../platform/pages/page.ts";
import type { Asking } from "./asking.ts";

/** What a program asks that wants its user signed out. */
export type Leaving = Partial<Record<"clientId" | "name" | "goTo" | "state" | "leadsTo", string | undefined>>;

const words: Record<string, string> = {
  openid: "know who you are",
  offline_access: "go on for as long as you stay signed in, also while you are away",
  "flock:read": "read your flocks",
  "flock:write": "write to your flocks",
  "genotype:read": "read genotypes",
  "evaluation:read": "read breeding values",
  "evaluation:run": "start evaluations",
  "dataset:read": "read data sets",
  "dataset:publish": "publish data sets",
  "analysis:run": "run analyses",
  "project:write": "write to your projects",
  "import:read": "read your imports",
  "chat:use": "use the assistant in your name",
};

/** What a program asks for, of whom, and where it takes the answer. */
export function consentPage({ name, scopes, leadsTo, returnTo }: Asking, email: string, proof: string): Page {
  const other = `/account/sign-in?return_to=${encodeURIComponent(returnTo)}`;
  const content = html`<p>You are signed in as <strong>${email}</strong>. <a href="${other}">Use another account</a></p>
<p>${name}${leadsTo ? html` (${leadsTo})` : ""} would be able to:</p>
<ul>${scopes.map((scope) => html`<li>${words[scope] ?? scope}</li>`)}</ul>
<p>It ends when you end this session, or log out everywhere.</p>
<form method="post" action="${returnTo}"><input type="hidden" name="proof" value="${proof}">
<button name="answer" value="allow">Allow</button> <button name="answer" value="refuse">Refuse</button></form>`;
  return { title: `${name} asks to act for you`, content, leadsTo };
}

export function leavePage(
  { clientId, name, goTo, state, leadsTo }: Leaving,
  action: string,
  email: string,
  proof: string,
): Page {
  const carried = { proof, client_id: clientId, post_logout_redirect_uri: goTo, state };
  const fields = Object.entries(carried).filter(([, value]) => value !== undefined);
  const content = html`<p>You are signed in as <strong>${email}</strong>.${name ? html` ${name} asks to sign you out.` : ""}</p>
<p>It ends this session, and what programs were allowed in it.</p>
<form method="post" action="${action}">${fields.map(([field, value]) => html`<input type="hidden" name="${field}" value="${value}">`)}
<button name="answer" value="leave">Sign out</button> <button name="answer" value="stay">Stay signed in</button></form>`;
  return { title: "Sign out", content, leadsTo };
}

export const leftPage = (): Page => ({ title: "You are signed out", content: html`<p>You may close this page.</p>` });
export const stayedPage = (): Page => ({ title: "You stay signed in", content: html`<p>You may close this page.</p>` });

/** Goes on by itself, now from this platform. */
export const hereAgainPage = (path: string): Page => ({
  title: "One moment",
  content: html`<p><a href="${path}">Go on</a></p>`,
  goesOnTo: path,
});

export const refusedPage = (): Page => ({
  title: "This cannot go on",
  content: html`<p>What was asked for may not be had, or this page is too old. Begin again in your program.</p>`,
});

/** The forms are the provider's own. */
export const codePage = (form: string, isWrong: boolean): Page => ({
  title: "Connect a device",
  problem: isWrong ? "That code is not known, or it is over." : undefined,
  content: deviceForm(
    html`<label for="code">The code that your device shows</label>`,
    // our pages run no script of an attribute
    form.replace(/onfocus="[^"]*"/, 'id="code" autocapitalize="characters" spellcheck="false"'),
    html`<button type="submit" form="op.deviceInputForm">Go on</button>`,
  ),
});

export const confirmPage = (form: string, client: string, code: string): Page => ({
  title: "Connect a device",
  content: deviceForm(
    html`<p>Does your device show <strong>${code}</strong>, and do you want to connect ${client}?</p>`,
    form,
    html`<button type="submit" form="op.deviceConfirmForm">Yes, go on</button>
<button type="submit" form="op.deviceConfirmForm" name="abort" value="yes">No</button>`,
  ),
});

const deviceForm = (before: Html, form: string, buttons: Html) => html`${before}${raw(form)}${buttons}`;

export const connectedPage = (): Page => ({
  title: "Your device is connected",
  content: html`<p>You may close this page.</p>`,
});
