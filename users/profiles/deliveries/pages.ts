import type { Context } from "hono";
import type { Platform } from "../../platform/context.ts";
import type { AppEnv, ServiceApp } from "../../platform/http/service-app.ts";
import { show } from "../../platform/pages/forms.ts";
import { html, type Page } from "../../platform/pages/page.ts";
import { Problem } from "../../platform/problems.ts";
import { type About, unsubscribeLink, unsubscribePath } from "./models.ts";
import type { Unsubscribing } from "./unsubscribing.ts";

const words: Record<About, string> = {
  evaluations: "evaluations",
  conflicts: "conflicts",
  sessions: "sign-ins and sessions",
};
const limit = { scope: "unsubscribe", max: 60, windowSeconds: 60 };

/**
 * Where the link of a mail leads, and what a mail program sends by itself (RFC 8058, one click): to look changes nothing.
 * The link is its own proof, so that it works where nobody is signed in.
 */
export function unsubscribePages(app: ServiceApp, { limits }: Platform, unsubscribing: Unsubscribing): void {
  const linkOf = (c: Context<AppEnv>) => unsubscribeLink.safeParse(c.req.query());
  app.get(unsubscribePath, (c) => {
    const link = linkOf(c);
    if (!link.success) return show(c, brokenPage, broken());
    const action = `${unsubscribePath}?${new URLSearchParams(link.data)}`;
    return show(c, {
      title: "No more such mails",
      content: html`<p>You would get no more mails about ${words[link.data.about]}. Your settings bring them back.</p>
<form method="post" action="${action}"><button>End these mails</button></form>`,
    });
  });
  app.post(unsubscribePath, async (c) => {
    try {
      await limits.take(limit, c.get("address"));
      const link = linkOf(c);
      if (!link.success) throw broken();
      await unsubscribing.end(link.data);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return show(c, brokenPage, error);
    }
    return show(c, { title: "No more such mails", content: html`<p>Done. You may close this page.</p>` });
  });
}

const brokenPage: Page = { title: "No more such mails", content: html`<p>Nothing was changed.</p>` };
const broken = () => new Problem(422, "unknown_link", "This link is not whole: open it from the mail once more.");
