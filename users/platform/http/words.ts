import { z } from "zod";
import type { FieldError } from "../problems.ts";

/**
 * What is wrong with a value, in our words: from zod's kinds of issue to code, message and fix. The FastAPI services say
 * the same of the same fault (`server/bellwether/value_words.py`); `contracts/cases/faults.json` holds both to it.
 */

/** `message` goes on after the name of the field. */
export type Words = { code: string; message: string; fix: string };

const ofKind = (what: string, fix: string): Words => ({ code: "wrong_type", message: `must be ${what}`, fix });

export const kinds = {
  object: ofKind("an object", 'Send an object: {"name": value, ...}'),
  list: ofKind("a list", "Send a list: [value, ...]"),
  text: ofKind("text", "Send it in quotes"),
  boolean: ofKind("true or false", "Send true or false, without quotes"),
  whole: ofKind("a whole number", "Send digits alone, for example 3: no quotes, no decimal point"),
  number: ofKind("a number", "Send a number without quotes, for example 31.5"),
  date: ofKind("a date written YYYY-MM-DD", 'Send a day that exists, for example "2024-08-03"'),
  moment: ofKind("a date and time with its zone", 'Send for example "2024-08-03T14:05:00Z"'),
  uuid: ofKind("a UUID", 'Send an id as it was given out, for example "0198c0de-0000-7000-8000-000000000001"'),
  nothing: ofKind("null", "Send null, or leave it out"),
  known: ofKind("of a kind that is read here", "Look at the document of this address"),
};
const finite: Words = {
  code: "not_finite",
  message: "must be a finite number",
  fix: "Send a number that a computer can hold",
};
const missing: Words = { code: "missing_field", message: "is missing", fix: "" };
const constant = new Map([...Object.values(kinds), finite].map((words) => [words.message, words]));

const byExpected: Record<string, Words> = {
  object: kinds.object,
  record: kinds.object,
  map: kinds.object,
  array: kinds.list,
  tuple: kinds.list,
  set: kinds.list,
  string: kinds.text,
  boolean: kinds.boolean,
  int: kinds.whole,
  bigint: kinds.whole,
  number: kinds.number,
  date: kinds.date,
  null: kinds.nothing,
};
const byFormat: Record<string, Words> = {
  uuid: kinds.uuid,
  guid: kinds.uuid,
  date: kinds.date,
  datetime: kinds.moment,
};

/** What we read of an issue, before zod has made its message and after. */
type Issue = z.core.$ZodIssue | z.core.$ZodRawIssue;
type Definition = { format?: string; checks?: { _zod: { def: { format?: string } } }[] };
type Raw = { input?: unknown; inst?: { _zod?: { def?: Definition } } };

/** Every issue of zod has words here; a test goes through the kinds. */
export function wordsOf(issue: Issue): Words {
  switch (issue.code) {
    case "invalid_type":
      return wrongType(issue as Issue & { expected?: unknown });
    case "too_small":
      return tooSmall(issue as z.core.$ZodIssueTooSmall);
    case "too_big":
      return tooBig(issue as z.core.$ZodIssueTooBig);
    case "invalid_format":
      return wrongForm(issue as z.core.$ZodIssueInvalidStringFormat);
    case "not_multiple_of":
      return {
        code: "wrong_step",
        message: `must be a multiple of ${(issue as z.core.$ZodIssueNotMultipleOf).divisor}`,
        fix: "Send such a number",
      };
    case "unrecognized_keys":
      return { code: "unknown_field", message: "is not known here", fix: "" };
    case "invalid_value":
      return oneOf((issue as z.core.$ZodIssueInvalidValue).values);
    case "invalid_union":
      return oneOf(valuesOf(issue as z.core.$ZodIssueInvalidUnion));
    case "invalid_key":
    case "invalid_element":
      return kinds.known;
    default:
      return { code: "invalid_value", message: "breaks a rule", fix: "Send a value that keeps this rule" };
  }
}

function wrongType(issue: Issue & { expected?: unknown }): Words {
  const { input, inst } = issue as Raw;
  if (input === Number.POSITIVE_INFINITY || input === Number.NEGATIVE_INFINITY) return finite;
  const { format, checks = [] } = inst?._zod?.def ?? {};
  if ([format, ...checks.map((check) => check._zod.def.format)].includes("safeint")) return kinds.whole;
  return (format && byFormat[format]) || byExpected[String(issue.expected)] || kinds.known;
}

function tooSmall({ minimum, inclusive, origin }: z.core.$ZodIssueTooSmall): Words {
  const code = "too_short";
  if (origin === "string")
    return { code, message: `must have at least ${minimum} characters`, fix: "Send a longer one" };
  if (origin === "array" || origin === "set")
    return { code, message: `must hold at least ${minimum}`, fix: `Send at least ${minimum}` };
  return inclusive
    ? { code: "too_small", message: `must be ${minimum} or more`, fix: `Send ${minimum} or more` }
    : { code: "too_small", message: `must be more than ${minimum}`, fix: `Send more than ${minimum}` };
}

function tooBig({ maximum, inclusive, origin }: z.core.$ZodIssueTooBig): Words {
  const code = "too_long";
  if (origin === "string")
    return { code, message: `must have at most ${maximum} characters`, fix: "Send a shorter one" };
  if (origin === "array" || origin === "set")
    return { code, message: `must hold at most ${maximum}`, fix: `Send at most ${maximum} at once` };
  return inclusive
    ? { code: "too_large", message: `must be ${maximum} or less`, fix: `Send ${maximum} or less` }
    : { code: "too_large", message: `must be less than ${maximum}`, fix: `Send less than ${maximum}` };
}

function wrongForm({ format, pattern }: z.core.$ZodIssueInvalidStringFormat): Words {
  const known = byFormat[format];
  if (known) return known;
  const form = pattern?.replace(/^\/|\/[a-z]*$/g, "");
  const what = form ? `must have the form ${form}` : `must have the form of ${format}`;
  return { code: "wrong_form", message: what, fix: "Write it in this form" };
}

function oneOf(values: readonly unknown[]): Words {
  if (values.length === 0) return kinds.known;
  const named = values.map(String);
  const last = named.pop();
  const list = named.length > 0 ? `${named.join(", ")} or ${last}` : last;
  return { code: "not_one_of", message: `must be ${list}`, fix: "Send one of these, spelled like this" };
}

/** The values that the branches of a choice take, when each takes some; else none. */
function valuesOf(issue: z.core.$ZodIssueInvalidUnion): unknown[] {
  const branches = issue.errors.map(([first]) => {
    if (first?.code === "invalid_value") return first.values;
    return first?.code === "invalid_type" && String(first.expected) === "null" ? [null] : [];
  });
  return branches.every((values) => values.length > 0) ? branches.flat() : [];
}

// what a schema says itself comes before this
z.config({ customError: (issue) => wordsOf(issue).message });

/** The issue as rows of a problem document; `sent` is what the schema looked at. */
export function told(issue: z.core.$ZodIssue, sent: unknown, place: string): FieldError[] {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => {
      const field = [...path, key].join(".");
      const message = `${field} is not known here`;
      return { row: null, field, code: "unknown_field", message, fix: `Leave ${field} out, or check its spelling` };
    });
  const field = path.join(".") || null;
  const row = rowOf(issue.path);
  const name = field ?? "the body";
  if (at(sent, issue.path) === undefined && issue.code !== "custom") {
    if (place === "query")
      return [
        { row, field, code: "missing_parameter", message: `the parameter ${name} is missing`, fix: `Add ?${name}=` },
      ];
    return [{ row, field, code: missing.code, message: `${name} ${missing.message}`, fix: `Add ${name}` }];
  }
  const words = constant.get(issue.message) ?? wordsOf(issue);
  const message = `${name} ${issue.message}`;
  return [{ row, field, code: words.code, message, fix: words.fix }];
}

const rowOf = (path: readonly PropertyKey[]) => path.find((part) => typeof part === "number") ?? null;

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value;
  for (const part of path) {
    if (typeof found !== "object" || found === null) return undefined;
    found = Reflect.get(found, part);
  }
  return found;
}
