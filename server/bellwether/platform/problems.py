"""Errors that a caller may see: each class carries its status, its stable code and the remedy.

How one becomes an answer is the affair of `http/problem_documents.py`.
"""

from collections.abc import Sequence
from typing import ClassVar

from pydantic import BaseModel

TYPE_BASE = "https://bellwether.local/problems/"


class RowError(BaseModel):
    """What is wrong with one row or one field, and how to put it right."""

    row: int | None = None
    field: str | None = None
    code: str
    message: str
    fix: str = ""


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

    def __reduce__(self) -> tuple[object, ...]:
        """It may travel between processes, whatever its class is made of."""
        return again, (type(self), self.args, self.__dict__)


def again(kind: type[Problem], args: tuple[object, ...], state: dict[str, object]) -> Problem:
    """A problem as it was."""
    found = kind.__new__(kind, *args)
    found.args = args
    found.__dict__.update(state)
    return found


class NotAuthenticated(Problem):
    """No token, or one that cannot be trusted. The reason stays out of the answer."""

    status, code, title = 401, "not_authenticated", "Log in first: this address needs a valid access token"

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})


class StepUpRequired(Problem):
    """The session is good, but who it is must be proved anew; the challenge is that of RFC 9470."""

    status, code, title = 401, "step_up_required", "Prove again who you are, by POST /api/v1/auth/step-up"

    def __init__(self, what: str, asks: str) -> None:
        challenge = f'Bearer error="insufficient_user_authentication", error_description="{what}", {asks}'
        detail = f"{what}: prove again who you are, by POST /api/v1/auth/step-up, and come with the new token."
        super().__init__(detail, headers={"WWW-Authenticate": challenge})


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


class SessionsUnknown(Busy):
    """Nobody says which sessions have ended: rather no answer than one to a session that was ended."""

    code, title = "sessions_unknown", "Whether your session still counts cannot be found out: try again in a moment"
