import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { StoreUnavailable } from "./dynamo/table.ts";

export type FieldError = { row: number | null; field: string; code: string; message: string; fix: string };

/** An error that a caller sees: one class, one stable code, rendered as RFC 9457 problem+json. */
export class Problem extends Error {
  override name = "Problem";
  constructor(
    readonly status: ContentfulStatusCode,
    readonly code: string,
    readonly detail: string,
    readonly extra: { errors?: FieldError[]; headers?: Record<string, string> } = {},
  ) {
    super(`${code}: ${detail}`);
  }
}

export const unauthenticated = () =>
  new Problem(401, "not_authenticated", "Send a valid access token: Authorization: Bearer <token>.", {
    headers: { "www-authenticate": 'Bearer error="invalid_token"' },
  });
export const notFound = (what: string) => new Problem(404, "not_found", `There is no such ${what}.`);

const titles: Record<number, string> = {
  400: "Bad request",
  401: "Not authenticated",
  403: "Not allowed",
  404: "Not found",
  409: "Conflict",
  412: "Changed in between",
  413: "Too large",
  415: "Unsupported media type",
  422: "Not valid",
  428: "Precondition required",
  429: "Too many requests",
  500: "Internal error",
  503: "Not available",
};

export function render(c: Context, problem: Problem): Response {
  const body = {
    type: `https://bellwether.local/problems/${problem.code}`,
    title: titles[problem.status] ?? "Error",
    status: problem.status,
    detail: problem.detail,
    instance: c.req.path,
    code: problem.code,
    errors: problem.extra.errors ?? [],
  };
  const headers = { "content-type": "application/problem+json", ...problem.extra.headers };
  return c.body(JSON.stringify(body), problem.status, headers);
}

/** What was thrown, as the problem a caller may see. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof StoreUnavailable)
    return new Problem(503, "store_unavailable", "The user store does not answer; try again shortly.", {
      headers: { "retry-after": "2" },
    });
  if (error instanceof HTTPException) return fromHttp(error);
  return new Problem(500, "internal_error", "Something went wrong here; the request id leads to the log line.");
}

function fromHttp(error: HTTPException): Problem {
  if (error.status === 400) return new Problem(400, "malformed_json", "The body is not valid JSON.");
  if (error.status === 415)
    return new Problem(415, "unsupported_media_type", "Send the body as Content-Type: application/json.");
  return new Problem(error.status, "http_error", error.message || "The request cannot be carried out.");
}

/** A failed zod check of a request, as 422 with one entry per field. */
export function invalidRequest(error: z.ZodError): Problem {
  const errors = error.issues.flatMap(fieldErrors);
  const unknown = errors.some(({ code }) => code === "unknown_field");
  const [first] = errors;
  return new Problem(422, unknown ? "unknown_field" : "invalid", first?.message ?? "Not valid.", { errors });
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({
      row: null,
      field: [...path, key].join("."),
      code: "unknown_field",
      message: `The field ${key} is not known here.`,
      fix: `Leave out ${key}.`,
    }));
  const field = path.join(".") || "body";
  if (issue.code === "invalid_type" && issue.input === undefined)
    return [{ row: null, field, code: "missing_field", message: `${field} is missing.`, fix: `Add ${field}.` }];
  return [{ row: null, field, code: issue.code, message: `${field}: ${issue.message}`, fix: `Correct ${field}.` }];
}

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string(),
    errors: z.array(
      z.object({
        row: z.number().int().nullable(),
        field: z.string(),
        code: z.string(),
        message: z.string(),
        fix: z.string(),
      }),
    ),
  })
  .openapi("Problem");

const content = { "application/problem+json": { schema: problemSchema } };
type Documented = { description: string; content: typeof content };

/** The documented problem answers of a route; 500 and 503 go without saying. */
export function problems<S extends number>(...statuses: S[]): Record<S, Documented> {
  const documented = statuses.map((status) => [status, { description: titles[status] ?? "Error", content }]);
  return Object.fromEntries(documented) as Record<S, Documented>;
}
