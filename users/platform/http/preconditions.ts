import type { Context } from "hono";
import { Problem } from "../problems.ts";

/**
 * If-Match and If-None-Match (RFC 9110, section 13) against a revision. The FastAPI services decide alike:
 * `contracts/cases/preconditions.json` holds both sides to it.
 */

export const etag = (rev: number): string => `"${rev}"`;

/** What a writer asks of the current revision; undefined: there is none yet. It throws 412 or 428. */
export type Precondition = (rev: number | undefined) => void;

const tag = String.raw`(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"`;
const list = new RegExp(String.raw`^[\s,]*${tag}(?:\s*,[\s,]*${tag})*[\s,]*$`);
const tags = new RegExp(tag, "g");

/** For a write that may come without If-Match, as a delete of one's own: what is sent holds. */
export const preconditionIfSent = (c: Context): Precondition | undefined =>
  c.req.header("if-match") === undefined && c.req.header("if-none-match") === undefined
    ? undefined
    : preconditionOf(c, () => undefined);

export function preconditionOf(c: Context, refuseBlind: () => void = refuseBlindly): Precondition {
  const match = c.req.header("if-match");
  const noneMatch = c.req.header("if-none-match");
  if (match === undefined && noneMatch === undefined) return (rev) => rev !== undefined && refuseBlind();
  return (rev) => {
    if (rev === undefined) {
      if (match !== undefined) throw stale();
      return;
    }
    if (match !== undefined && !isMatched(match, etag(rev))) throw stale();
    if (noneMatch !== undefined && isKnown(noneMatch, etag(rev))) throw stale();
    if (match === undefined) refuseBlind();
  };
}

/** `*`, or the current tag among those given. A weak tag never proves that nothing has changed. */
export const isMatched = (header: string, current: string) => header.trim() === "*" || tagsOf(header).includes(current);

/** `*`, or the current tag among those given, weak or not. */
export const isKnown = (header: string, current: string) =>
  header.trim() === "*" || tagsOf(header).map(strong).includes(strong(current));

const strong = (one: string) => one.replace(/^W\//, "");
const tagsOf = (header: string): string[] => (list.test(header) ? (header.match(tags) ?? []) : []);

function refuseBlindly(): never {
  throw new Problem(428, "if_match_required", "Send If-Match with the ETag that you last read.");
}

export const stale = () => new Problem(412, "stale", "It changed since you read it: read it again, then change it.");
