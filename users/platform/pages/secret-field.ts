import { type Html, html } from "./page.ts";

/** Where the secret of a link goes: the script puts it there from behind the #; without script somebody pastes it. */
export const secretField = (name: string, known = ""): Html =>
  known
    ? html`<input type="hidden" name="token" value="${known}">`
    : html`<div data-with-secret="hidden" data-of="${name}"><label for="token">What stands behind the # in your link</label>
<input id="token" name="token" data-secret="${name}" autocomplete="off" spellcheck="false" maxlength="100" required></div>`;
