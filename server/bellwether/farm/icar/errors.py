"""Errors in the shape of the standard (icarErrorCollection) in place of a problem document."""

from bellwether.farm.icar.schemas import IcarErrors, IcarMessage
from bellwether.platform.http.problem_documents import ProblemDocument, Responses
from bellwether.platform.ids import new_id
from bellwether.platform.problems import RowError

TEXTS = {
    400: "The body is not JSON",
    401: "No valid access token",
    403: "The permission is missing",
    404: "No farm of yours has this number",
    409: "Several of your farms have this number, or a request with this Idempotency-Key is still running",
    413: "The body is too large",
    415: "The body is not JSON by its Content-Type",
    422: "Some values break a rule",
    429: "Too many requests",
    503: "At its limit, or the database is away: try again as Retry-After says",
}


def worded(problem: ProblemDocument) -> bytes:
    """A problem as messages: one for each fault, or one for the whole."""
    found = problem.errors or [RowError(code=problem.code, message=problem.detail)]
    return IcarErrors(errors=[message(problem, error) for error in found]).model_dump_json().encode()


def message(problem: ProblemDocument, error: RowError) -> IcarMessage:
    """One fault."""
    detail = f"{error.message}. {error.fix}" if error.fix else error.message
    return IcarMessage(
        id=str(new_id()),
        type=problem.type,
        severity="Error",
        status=problem.status,
        code=error.code,
        title=problem.title,
        detail=detail,
        instance=error.field,
    )


def documented() -> Responses:
    """Each status and its meaning."""
    return {status: {"description": text, "model": IcarErrors} for status, text in TEXTS.items()}
