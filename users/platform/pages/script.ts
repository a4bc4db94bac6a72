import { hash } from "../hashes.ts";

/**
 * All that a page does by script. What stands behind the # of a mailed link goes into the form and leaves the address
 * bar; a passkey is asked for. Without script somebody pastes the secret, and signs in by password.
 */
export const script = `"use strict";
const [, name = "", secret] = /^#(?:(\\w+)=)?([\\w-]+)$/.exec(location.hash) ?? [];
if (secret) {
  history.replaceState(null, "", location.pathname + location.search);
  for (const field of document.querySelectorAll("[data-secret]"))
    if (field.dataset.secret === name) field.value = secret;
  for (const part of document.querySelectorAll("[data-with-secret]"))
    if (part.dataset.of === name) part.hidden = part.dataset.withSecret === "hidden";
}
const form = document.querySelector("form[data-passkey]");
if (form && window.PublicKeyCredential && PublicKeyCredential.parseRequestOptionsFromJSON) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const failed = form.querySelector("[role=alert]");
    failed.textContent = "";
    try {
      const asked = form.dataset.passkey
        ? JSON.parse(form.dataset.passkey)
        : await (await fetch("/api/v1/auth/passkeys/options", { method: "POST" })).json();
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked);
      const used = await navigator.credentials.get({ publicKey });
      form.elements.passkey.value = JSON.stringify(used.toJSON());
      form.submit();
    } catch {
      failed.textContent = "No passkey was shown: try again, or go another way.";
    }
  });
}
`;

export const style = `
:root { color-scheme: light dark; font: 1.0625rem/1.5 system-ui, sans-serif; }
body { margin: 0; }
main { max-width: 32rem; margin: 0 auto; padding: 2rem 1rem; }
label { display: block; margin-top: 1rem; }
input:not([type=hidden]) { box-sizing: border-box; width: 100%; font: inherit; padding: .5rem; }
button { font: inherit; padding: .5rem 1.25rem; margin-top: 1rem; cursor: pointer; }
:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
[role=alert]:not(:empty) { border-left: 4px solid #c00; padding: .25rem 1rem; }
.said { border-top: 1px solid GrayText; white-space: pre-wrap; overflow-wrap: anywhere; }
`;

const source = (text: string) => `'sha256-${Buffer.from(hash(text), "base64url").toString("base64")}'`;
export const scriptSource = source(script);
export const styleSource = source(style);
