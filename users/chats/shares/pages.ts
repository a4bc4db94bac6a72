import type { Context } from "hono";
import type { Platform } from "../../platform/context.ts";
import type { Limit } from "../../platform/http/rate-limits.ts";
import type { AppEnv, ServiceApp } from "../../platform/http/service-app.ts";
import { Carried } from "../../platform/pages/carried.ts";
import { Forms, posted, show } from "../../platform/pages/forms.ts";
import { html, type Page } from "../../platform/pages/page.ts";
import { signInPath } from "../../platform/pages/return-paths.ts";
import { secretField } from "../../platform/pages/secret-field.ts";
import { Problem } from "../../platform/problems.ts";
import { opening, type SharedChat } from "./schemas.ts";
import type { Shares } from "./service.ts";

/** Who is signed in in the browser that sends these cookies. */
export type ReaderOf = (cookies: string) => Promise<string | undefined>;

/** The page behind the link to a shared chat: nothing is read before its reader asks for it. */
export function sharedPageRoutes(
  app: ServiceApp,
  { settings, limits }: Platform,
  limit: Limit,
  shares: Shares,
  readerOf: ReaderOf,
): void {
  const forms = new Forms(settings.kek, settings.allowedOrigins);
  const carried = new Carried(settings.kek, "/shared");
  const asking = (c: Context<AppEnv>): Page => ({
    title: "A shared chat",
    content: html`<p>Somebody has shared a chat with Emilia with you.</p>
<form method="post" action="/shared">${forms.proof(c)}${secretField("", carried.get(c))}<button>Read it</button></form>`,
    isScripted: true,
  });
  app.get("/shared", (c) => show(c, asking(c)));
  app.post("/shared", (c) =>
    posted(
      c,
      forms,
      (refusal) => show(c, asking(c), refusal),
      async ({ token }) => {
        await limits.take(limit, c.get("address"));
        const secret = opening.parse({ token }).token;
        const reader = await readerOf(c.req.header("cookie") ?? "");
        try {
          const chat = await shares.open(secret, reader);
          carried.drop(c);
          return show(c, chatPage(chat));
        } catch (error) {
          if (!(error instanceof Problem) || error.status !== 401) throw error;
          carried.keep(c, secret);
          return c.redirect(signInPath("/shared"), 303);
        }
      },
    ),
  );
}

const speakers = { user: "Question", assistant: "Emilia" };

/** What was said is text, whatever it looks like. */
const chatPage = ({ title, messages, expires_at }: SharedChat): Page => ({
  title: title || "A shared chat",
  content: html`<p>Shared until <time datetime="${expires_at}">${expires_at.slice(0, 10)}</time>.</p>
${messages.map(({ role, content }) => html`<h2>${speakers[role]}</h2><div class="said">${content}</div>`)}`,
});
