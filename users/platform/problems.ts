export type FieldError = { row: number | null; field: string | null; code: string; message: string; fix: string };

/** An error that a caller sees, with its status and a stable code. It knows no web framework: `http/` renders it. */
export class Problem extends Error {
  override name = "Problem";
  constructor(
    readonly status: number,
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
/** The challenge is that of RFC 9470: what a client must ask for before it comes again. */
export function stepUpRequired(what: string, ...asks: string[]): Problem {
  const detail = `${what}: prove again who you are, by POST /api/v1/auth/step-up, and come with the new token.`;
  const asked = ['Bearer error="insufficient_user_authentication"', `error_description="${what}"`, ...asks];
  return new Problem(401, "step_up_required", detail, { headers: { "www-authenticate": asked.join(", ") } });
}
export const notFound = (what: string) => new Problem(404, "not_found", `There is no such ${what}.`);
export const quotaReached = (detail: string) => new Problem(409, "quota_reached", detail);

/** By status, as every service of the platform words them. */
export const titles: Record<number, string> = {
  400: "Bad request",
  401: "Not authenticated",
  403: "Not allowed",
  404: "Not found",
  405: "Method not allowed",
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
