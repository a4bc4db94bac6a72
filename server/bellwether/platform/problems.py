"""Errors as RFC 9457 problem documents: each error class carries its status, its stable code and the remedy."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

TYPE_BASE = "https://bellwether.local/problems/"
MEDIA_TYPE = "application/problem+json"
NOT_JSON = "The body is not JSON"


class RowError(BaseModel):
    """What is wrong with one row or one field, and how to put it right."""

    row: int | None = None
    field: str | None = None
    code: str
    message: str
    fix: str = ""


class ProblemDocument(BaseModel):
    """The wire shape of every error."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: list[RowError] = []


class Problem(Exception):
    """Base of all errors that a caller may see."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"
    title: ClassVar[str] = "The request cannot be carried out"

    def __init__(
        self, detail: str = "", *, errors: Sequence[RowError] = (), headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.errors = list(errors)
        self.headers = headers or {}


class NotAuthenticated(Problem):
    """No token, or one that cannot be trusted. The reason stays out of the answer."""

    status, code, title = 401, "not_authenticated", "Log in first: this address needs a valid access token"

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})


class NotAllowed(Problem):
    """The token is good, the permission is missing."""

    status, code, title = 403, "not_allowed", "Your role does not have the permission that this needs"


class NotFound(Problem):
    """It does not exist, or not for this user: both look the same."""

    status, code, title = 404, "not_found", "There is no such thing, or it is not yours to see"


class Conflict(Problem):
    """The request contradicts what is stored."""

    status, code, title = 409, "conflict", "This contradicts what is already stored"


class Stale(Problem):
    """If-Match names an older revision."""

    status, code, title = 412, "stale", "Somebody changed it since you read it: read it again, then change it"


class MatchRequired(Problem):
    """A change without If-Match could overwrite somebody's work."""

    status, code, title = 428, "if_match_required", "Send If-Match with the ETag that you last read"


class TooLarge(Problem):
    """The body is over the limit of this address."""

    status, code, title = 413, "body_too_large", "The body is larger than this address accepts"


class UnsupportedMediaType(Problem):
    """The body is not of the kind that this address reads."""

    status, code, title = 415, "unsupported_media_type", "Send the body as Content-Type: application/json"


class Unprocessable(Problem):
    """Well-formed, but a rule of the field says no."""

    status, code, title = 422, "invalid", "Some values break a rule"


class TooManyRequests(Problem):
    """The caller's bucket is empty."""

    status, code, title = 429, "too_many_requests", "Too many requests: wait as long as Retry-After says"

    def __init__(self, retry_after: float) -> None:
        super().__init__(headers={"Retry-After": str(max(1, round(retry_after + 0.5)))})


class Busy(Problem):
    """Every connection is in use: better to say so than to queue without end."""

    status, code, title = 503, "busy", "The service is at its limit: try again in a moment"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail, headers={"Retry-After": "1"})


def render(request: Request, problem: Problem) -> Response:
    """The problem as a response."""
    return document(
        request, problem.status, problem.code, problem.title, problem.detail, problem.errors, problem.headers
    )


def document(
    request: Request,
    status: int,
    code: str,
    title: str,
    detail: str = "",
    errors: Sequence[RowError] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    """A problem document for `request`."""
    body = ProblemDocument(
        type=TYPE_BASE + code,
        title=title,
        status=status,
        detail=detail or title,
        instance=request.url.path,
        code=code,
        errors=list(errors),
    )
    return JSONResponse(body.model_dump(), status_code=status, media_type=MEDIA_TYPE, headers=headers)


FIXES = {
    "extra_forbidden": ("unknown_field", "Remove the field, or check its spelling"),
    "missing": ("missing_field", "Add the field"),
}


def validation_problem(request: Request, error: RequestValidationError) -> Response:
    """Pydantic's findings as rows of one problem document."""
    found = error.errors()
    if any(item["type"] == "json_invalid" for item in found):
        return document(request, 400, "malformed_json", NOT_JSON, str(found[0].get("ctx", {}).get("error", "")))
    if not is_json(request) and any(item["loc"] == ("body",) and item["type"] != "missing" for item in found):
        return render(request, UnsupportedMediaType())
    rows = [row_error(item) for item in found]
    code = "unknown_field" if any(row.code == "unknown_field" for row in rows) else "invalid"
    return document(request, 422, code, Unprocessable.title, rows[0].message if rows else "", rows)


def is_json(request: Request) -> bool:
    """Whether the body calls itself JSON."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def documented(texts: Mapping[int, str]) -> dict[int | str, dict[str, Any]]:
    """Problem documents as `responses` of a route: what each status means there."""
    return {
        status: {"model": ProblemDocument, "description": text, "content": {MEDIA_TYPE: {}}}
        for status, text in texts.items()
    }


def row_error(item: dict[str, Any]) -> RowError:
    """One finding of Pydantic as a row error."""
    place = [str(part) for part in item["loc"] if part not in ("body", "query", "path", "header")]
    row = next((part for part in item["loc"] if isinstance(part, int)), None)
    code, fix = FIXES.get(item["type"], (item["type"], "Send a value that fits the rule"))
    return RowError(row=row, field=".".join(place) or None, code=code, message=item["msg"], fix=fix)


def install(app: FastAPI) -> None:
    """One handler for each kind of error, so that every answer is a problem document; the unforeseen is `Around`'s."""

    async def on_problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return render(request, error)

    async def on_validation(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return validation_problem(request, error)

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 400 and isinstance(error.__cause__, (RecursionError, ValueError)):
            return document(request, 400, "malformed_json", NOT_JSON, "A number is too long or the nesting is too deep")
        code = {404: "not_found", 405: "method_not_allowed", 400: "bad_request"}.get(error.status_code, "http_error")
        headers = dict(error.headers) if error.headers else None
        return document(request, error.status_code, code, str(error.detail), headers=headers)

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(HTTPException, on_http)
