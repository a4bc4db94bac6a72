import type { MiddlewareHandler } from "hono";
import type { z } from "zod";
import { type FieldError, Problem } from "../problems.ts";

/**
 * A request counts as it is written, or is refused: nothing is left unread, nothing can be read in two ways. The FastAPI
 * services keep the same rules (`server/bellwether/platform/http/strict/as_written.py`).
 */

/** No keyboard writes them and no table keeps them; tabs and ends of lines are text. */
const control = /[^\P{Cc}\t\n\r]/u;
/** Escapes of JSON that may stand for such a character, or for half of a surrogate pair. */
const escapedControl = /\\(u00[01789]|u[dD][89a-fA-F]|b|f)|[^\P{Cc}\t\n\r]/u;

/** JSON that all readers read alike: each name once in an object, no control characters. */
export const refuseDoubtfulJson: MiddlewareHandler = async (c, next) => {
  if ((c.req.header("content-type") ?? "").includes("json")) {
    const text = await c.req.text();
    const parsed = parse(text);
    // the route reports a body that is not JSON at all
    if (parsed !== undefined) {
      const twice = nameThatStandsTwice(text);
      if (twice !== undefined) throw repeatedField(harmless(twice));
      const place = escapedControl.test(text) ? controlIn(parsed, "") : undefined;
      if (place !== undefined) throw notText(place || "the body", "control_character");
    }
  }
  await next();
};

/** Parameters that the route knows, each once. */
export function onlyKnownParameters(known: readonly string[]): MiddlewareHandler {
  return async (c, next) => {
    const errors: FieldError[] = [];
    for (const [name, values] of Object.entries(c.req.queries())) {
      if (!known.includes(name)) errors.push(unknownParameter(harmless(name), known));
      else if (values.length > 1)
        errors.push({
          row: null,
          field: name,
          code: "repeated_parameter",
          message: `The parameter ${name} stands more than once`,
          fix: `Send ${name} once`,
        });
      else if (values.some(isBroken)) throw notText(name, "control_character");
    }
    const [first] = errors;
    if (first) throw new Problem(422, first.code, first.message, { errors });
    await next();
  };
}

/** The names of a schema of parameters. */
export const namesOf = (query: z.ZodType | undefined): string[] =>
  query && "shape" in query ? Object.keys(query.shape as object) : [];

function unknownParameter(name: string, known: readonly string[]): FieldError {
  const near = nearest(name.toLowerCase(), known);
  const all =
    known.length > 0 ? `Known here: ${known.toSorted().join(", ")}` : "Leave it out: no parameter is read here";
  return {
    row: null,
    field: name,
    code: "unknown_parameter",
    message: `The parameter ${name} is not known here`,
    fix: near ? `Did you mean ${near}?` : all,
  };
}

/** The known name that takes the fewest changes, when it takes few. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((each) => ({ each, changes: changes(name, each) }))
    .filter(({ each, changes: n }) => n <= Math.max(each.length, name.length) * 0.45)
    .toSorted((a, b) => a.changes - b.changes);
  return best?.each;
}

/** How many letters must be changed, added or taken away. */
function changes(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...to].entries())
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)));
    row = next;
  }
  return row.at(-1) ?? 0;
}

function repeatedField(name: string): Problem {
  const message = `${name} stands twice in one object: readers disagree about which one counts`;
  const error = { row: null, field: name, code: "repeated_field", message, fix: `Send ${name} once` };
  return new Problem(422, "repeated_field", message, { errors: [error] });
}

function notText(name: string, code: string): Problem {
  const message = `${name} has a control character, or half of a surrogate pair, which is no character`;
  const error = { row: null, field: name, code, message, fix: "Send text without it" };
  return new Problem(422, "invalid", message, { errors: [error] });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of valid JSON: a name that an object has twice. The parser keeps the last one and says nothing. */
function nameThatStandsTwice(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  let before: string | undefined;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/gs)) {
    if (token === "{") open.push(new Set());
    else if (token === "[") open.push(undefined);
    else if (token === "}" || token === "]") open.pop();
    else if (token === ":" && before !== undefined) {
      const name: string = JSON.parse(before);
      const names = open.at(-1);
      if (names?.has(name)) return name;
      names?.add(name);
    }
    before = token.startsWith('"') ? token : undefined;
  }
  return undefined;
}

/** Where a control character stands; undefined when nowhere. */
function controlIn(value: unknown, place: string): string | undefined {
  if (typeof value === "string") return isBroken(value) ? place : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [name, item] of Object.entries(value)) {
    if (isBroken(name)) return place;
    const found = controlIn(item, place ? `${place}.${name}` : name);
    if (found !== undefined) return found;
  }
  return undefined;
}

const isBroken = (text: string) => control.test(text) || !text.isWellFormed();

/** A name that a stranger made up, as it may stand in an answer. */
const harmless = (name: string) =>
  [...name.toWellFormed()]
    .map((c) => (control.test(c) ? "?" : c))
    .join("")
    .slice(0, 100);
