import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { z } from "zod";
import { mark, sameSecret } from "../hashes.ts";
import { invalidRequest, toProblem } from "../http/problem-answers.ts";
import { randomText } from "../ids.ts";
import { Problem } from "../problems.ts";
import { type Html, html, type Page, rendered } from "./page.ts";

const cookieName = "bw_form";
const attributes = { httpOnly: true, secure: true, sameSite: "Strict", path: "/", prefix: "host" } as const;
const refusedAfterMs = 500;
const form = z.record(z.string(), z.string().max(16_384));

/** Forms of our own pages: a post counts only from a page that this platform gave to this browser. */
export class Forms {
  constructor(
    private readonly kek: Uint8Array,
    private readonly allowedOrigins: readonly string[],
  ) {}

  /** The hidden field that every form holds. */
  proof(c: Context): Html {
    const known = getCookie(c, cookieName, "host");
    const browser = known ?? randomText(24);
    if (!known) setCookie(c, cookieName, browser, attributes);
    return html`<input type="hidden" name="proof" value="${this.proofOf(browser)}">`;
  }

  /** What a form of ours says; throws when it is not ours, or says a thing twice. */
  async read(c: Context): Promise<Said> {
    if (!(c.req.header("content-type") ?? "").startsWith("application/x-www-form-urlencoded"))
      throw new Problem(415, "unsupported_media_type", "Send the form as the page does.");
    const pairs = [...new URLSearchParams(await c.req.text())];
    const said = form.safeParse(Object.fromEntries(pairs));
    const isOrigin = this.allowedOrigins.includes(c.req.header("origin") ?? "");
    const browser = getCookie(c, cookieName, "host") ?? "";
    const isOurs = said.success && browser !== "" && sameSecret(said.data.proof ?? "", this.proofOf(browser));
    if (!isOrigin || !isOurs || new Set(pairs.map(([name]) => name)).size !== pairs.length)
      throw new Problem(403, "foreign_form", "This form is not of this page, or too old: fill it in once more.");
    return said.data;
  }

  private proofOf(browser: string): string {
    return mark(this.kek, "form", browser);
  }
}

/** What a form says, by the names of its fields. */
export type Said = Record<string, string>;

/** Does what a form asks for; a refusal is told on the page from which it came. */
export async function posted(
  c: Context,
  forms: Forms,
  again: (refusal: Problem, said?: Said) => Response | Promise<Response>,
  act: (said: Said) => Promise<Response>,
): Promise<Response> {
  let said: Said | undefined;
  try {
    said = await forms.read(c);
    return await act(said);
  } catch (error) {
    return again(refusalIn(error), said);
  }
}

/** Answers with a page; after a refusal with its status, and not as fast as somebody can ask. */
export async function show(c: Context, page: Page, refusal?: Problem): Promise<Response> {
  if (refusal?.status === 429) await Bun.sleep(refusedAfterMs);
  const { body, headers } = rendered({ ...page, problem: refusal?.detail ?? page.problem });
  const { "content-type": _json, ...told } = refusal?.extra.headers ?? {};
  return c.body(body, statusOf(refusal), { ...told, ...headers });
}

/** What a page tells of a failure; one of our own making is left to the root, which logs it. */
function refusalIn(error: unknown): Problem {
  const refusal = error instanceof z.ZodError ? invalidRequest(error, {}, "form") : toProblem(error);
  if (refusal.status >= 500 && refusal.status !== 503) throw error;
  return refusal;
}

const statuses = [400, 401, 403, 404, 409, 415, 422, 429, 503] as const;
const statusOf = (refusal: Problem | undefined) =>
  refusal ? (statuses.find((status) => status === refusal.status) ?? 400) : 200;
