"""The face: where it lies, and how it words an error: a status and a message as plain text in JSON."""

import orjson
from fastapi import APIRouter

from bellwether.platform.http.problem_documents import Face, ProblemDocument, Responses

PREFIX = "/brapi/v2"
JSON = "application/json"
#: what the standard has for what it has no status of its own for
STATUSES = {422: 400}
TEXTS = {
    400: "Some values break a rule",
    401: "No valid access token",
    403: "The permission is missing",
    404: "Not there, or not yours to see",
    413: "The body is too large",
    415: "The body is not of the kind that this address reads",
    429: "Too many requests",
    503: "At its limit, or the database is away: try again as Retry-After says",
}
RESPONSES: Responses = {
    status: {"description": text, "content": {JSON: {"schema": {"type": "string"}}}} for status, text in TEXTS.items()
}


def word(problem: ProblemDocument) -> bytes:
    """The code, what is wrong, and each field with its remedy, in one line of text."""
    faults = [f"{fault.field or fault.code}: {fault.message}. {fault.fix}" for fault in problem.errors]
    return orjson.dumps("; ".join([f"{problem.code}: {problem.detail}", *faults]))


def face(*routers: APIRouter) -> Face:
    """These routers as one face."""
    return Face(PREFIX, routers, JSON, word, STATUSES, RESPONSES)
