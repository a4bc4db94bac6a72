"""Problems as RFC 9457 documents: one shape for every error that leaves a service."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import orjson
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

from bellwether.platform.http.strict.words import MOST_TOLD, Finding, told
from bellwether.platform.problems import TYPE_BASE, Problem, RowError, Unprocessable, UnsupportedMediaType

MEDIA_TYPE = "application/problem+json"
NOT_JSON = "The body is not JSON"
#: what the framework refuses by itself, in our words
PLAIN = {
    400: "The request cannot be read: look at its body and its headers",
    404: "There is no such address",
    405: "This address does not answer to this method: see Allow",
}
OTHER = "The request cannot be carried out"
TOO_MANY, REFUSED_AFTER_S = 429, 0.5
Responses = dict[int | str, dict[str, object]]
"""What a route documents beside its own answer."""


@dataclass(frozen=True)
class Face:
    """Addresses of a service beside its own prefix, where it speaks a standard of others: its errors too."""

    prefix: str
    routers: tuple[APIRouter, ...]
    media_type: str
    word: "Callable[[ProblemDocument], bytes]"
    #: a status of ours to the one that the standard has for it
    statuses: Mapping[int, int]
    responses: Responses


class ProblemDocument(BaseModel):
    """The wire shape of every error."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: list[RowError] = []


def render(request: Request, problem: Problem) -> Response:
    """The problem as a response."""
    return answer(request, problem.status, problem.code, problem.title, problem.detail, problem.errors, problem.headers)


def answer(
    request: Request,
    status: int,
    code: str,
    title: str,
    detail: str = "",
    errors: Sequence[RowError] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document for `request`, or what the face that it came to says instead."""
    told_status, body, media_type = worded(request.scope, status, code, title, detail, errors)
    return Response(body, status_code=told_status, media_type=media_type, headers=headers)


def worded(
    scope: Scope, status: int, code: str, title: str, detail: str = "", errors: Sequence[RowError] = ()
) -> tuple[int, bytes, str]:
    """Status, body and media type of an error, as the side of the service that the caller came to words it."""
    body = ProblemDocument(
        type=TYPE_BASE + code,
        title=title,
        status=status,
        detail=detail or title,
        instance=scope["path"],
        code=code,
        errors=list(errors),
    )
    faces: Sequence[Face] = getattr(scope["app"].state, "faces", ()) if "app" in scope else ()
    face = next((face for face in faces if scope["path"].startswith(f"{face.prefix}/")), None)
    if face is not None:
        return face.statuses.get(status, status), face.word(body), face.media_type
    return status, orjson.dumps(body.model_dump()), MEDIA_TYPE


def document(status: int, code: str, title: str, detail: str = "", *, instance: str) -> bytes:
    """The body of a problem document, for answers that are made outside of the framework."""
    body = {"type": TYPE_BASE + code, "title": title, "status": status, "detail": detail or title}
    return orjson.dumps(body | {"instance": instance, "code": code, "errors": []})


def validation_problem(request: Request, error: RequestValidationError) -> Response:
    """Pydantic's findings as rows of one problem document."""
    found = error.errors()
    if any(item["type"] == "json_invalid" for item in found):
        return answer(request, 400, "malformed_json", NOT_JSON, f"{NOT_JSON}: {place_of(found[0])}")
    if not is_json(request) and any(item["loc"] == ("body",) and item["type"] != "missing" for item in found):
        return render(request, UnsupportedMediaType())
    rows = told_once(found)
    code = "unknown_field" if any(row.code == "unknown_field" for row in rows) else "invalid"
    return answer(request, 422, code, Unprocessable.title, rows[0].message if rows else "", rows)


def form_example(**fields: str) -> dict[str, object]:
    """A sample of a form as the `openapi_extra` of its route."""
    return {"requestBody": {"content": {"multipart/form-data": {"example": fields}}}}


def told_once(found: Sequence[Finding]) -> list[RowError]:
    """In our words, the first of many; the branches of a choice may all say the same."""
    rows: list[RowError] = []
    for row in map(told, found[:MOST_TOLD]):
        if row not in rows:
            rows.append(row)
    if len(found) > MOST_TOLD:
        message = f"{len(found) - MOST_TOLD:,} more values break a rule"
        rows.append(RowError(code="more", message=message, fix="Correct those above first"))
    return rows


def place_of(found: Finding) -> str:
    """Where a text stops being JSON."""
    at = next((part for part in found["loc"] if isinstance(part, int)), 0)
    return f"it breaks off, or goes wrong, at character {at}"


def is_json(request: Request) -> bool:
    """Whether the body calls itself JSON."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def documented(texts: Mapping[int, str]) -> Responses:
    """Problem documents as `responses` of a route: what each status means there."""
    return {
        status: {"description": text, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
        for status, text in texts.items()
    }


def install(app: FastAPI) -> None:
    """One handler for each kind of error, so that every answer is a problem document; the unforeseen is `Around`'s."""

    async def on_problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        if error.status == TOO_MANY:
            # it keeps the caller's turn meanwhile: refusing as fast as somebody can ask is work as well
            await asyncio.sleep(REFUSED_AFTER_S)
        return render(request, error)

    async def on_validation(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return validation_problem(request, error)

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 400 and isinstance(error.__cause__, (RecursionError, ValueError)):
            return answer(request, 400, "malformed_json", NOT_JSON, "A number is too long or the nesting is too deep")
        code = {404: "not_found", 405: "method_not_allowed", 400: "bad_request"}.get(error.status_code, "http_error")
        headers = dict(error.headers) if error.headers else None
        return answer(request, error.status_code, code, PLAIN.get(error.status_code, OTHER), headers=headers)

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(HTTPException, on_http)
