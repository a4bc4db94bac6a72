import { html, raw } from "hono/html";
import { script, scriptSource, style, styleSource } from "./script.ts";

/** A part of a page; what is put into it is escaped. */
export type Html = ReturnType<typeof html>;
export { html, raw };

export type Page = {
  title: string;
  content: Html;
  /** what went wrong, told before anything else */
  problem?: string | undefined;
  /** whether the one script of all pages runs here */
  isScripted?: boolean;
  /** where the browser may end after a form, besides this platform */
  leadsTo?: string | undefined;
  /** goes on by itself to this address of the platform */
  goesOnTo?: string;
};
export type RenderedPage = { body: string; headers: Record<string, string> };

/**
 * A page for people, with the policy that holds for it: no script but the one known by its hash, no frame around it. The
 * policy of referrers lets a form say its own origin, and tells nothing to others.
 */
export function rendered({ title, content, problem, isScripted, leadsTo, goesOnTo }: Page): RenderedPage {
  const body = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${goesOnTo ? html`<meta http-equiv="refresh" content="0;url=${goesOnTo}">` : ""}
<title>${problem ? "Not done: " : ""}${title} - bellwether</title>
<style>${raw(style)}</style>
</head>
<body><main>
<h1>${title}</h1>
${problem ? html`<p role="alert">${problem}</p>` : ""}
${content}
</main>
${isScripted ? html`<script>${raw(script)}</script>` : ""}
</body>
</html>
`;
  return { body: String(body), headers: headersOf(isScripted ?? false, leadsTo) };
}

function headersOf(isScripted: boolean, leadsTo: string | undefined): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `style-src ${styleSource}`,
    ...(isScripted ? [`script-src ${scriptSource}`, "connect-src 'self'"] : []),
    `form-action 'self'${leadsTo ? ` ${leadsTo}` : ""}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": policy.join("; "),
    "referrer-policy": "same-origin",
  };
}
