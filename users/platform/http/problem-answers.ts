import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { z } from "zod";
import { StoreUnavailable } from "../dynamo/table.ts";
import { Problem, titles } from "../problems.ts";
import { told } from "./words.ts";

/** RFC 9457, problem+json. */
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
  return new Response(JSON.stringify(body), { status: problem.status, headers });
}

/** Turns whatever was thrown into a problem that a caller may see. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof StoreUnavailable)
    return new Problem(503, "store_unavailable", "The user store does not answer; try again shortly.", {
      headers: { "retry-after": "2" },
    });
  if (error instanceof HTTPException) return fromHttp(error);
  // nobody hears it; a failure of ours it is not, and whoever hangs up must not make it look like one
  if (error instanceof Error && error.name === "AbortError")
    return new Problem(400, "connection_closed", "The connection was closed before the request was here as a whole.");
  return new Problem(500, "internal_error", "Something went wrong here; the request id leads to the log line.");
}

function fromHttp(error: HTTPException): Problem {
  if (error.status === 400) return new Problem(400, "malformed_json", "The body is not valid JSON.");
  if (error.status === 415)
    return new Problem(415, "unsupported_media_type", "Send the body as Content-Type: application/json.");
  return new Problem(error.status, "http_error", error.message || "The request cannot be carried out.");
}

/** A failed zod check of a request, as 422 with one entry per field; `sent` is what was checked. */
export function invalidRequest(error: z.ZodError, sent: unknown, place: string): Problem {
  const errors = error.issues.flatMap((issue) => told(issue, sent, place));
  const unknown = errors.some(({ code }) => code === "unknown_field");
  const [first] = errors;
  return new Problem(422, unknown ? "unknown_field" : "invalid", first?.message ?? "Not valid.", { errors });
}
