"""What routes answer with beside a plain body: revisions, places, JSON that is written already."""

from collections.abc import Callable
from typing import Protocol, TypeVar
from uuid import UUID

from starlette.responses import Response

from bellwether.platform.http.preconditions import etag


class Revised(Protocol):
    """A resource that changes: each change is a revision."""

    id: UUID
    rev: int


R = TypeVar("R", bound=Revised)


def with_etag(response: Response, found: R) -> R:
    """The resource, its revision in the header."""
    response.headers.update(etag(found.rev))
    return found


def made_at(collection: str) -> Callable[[Revised], dict[str, str]]:
    """For `once`: where in `collection` the new thing is, and its revision."""
    return lambda made: {"Location": f"{collection}/{made.id}", **etag(made.rev)}


class JsonText(Response):
    """A body that is JSON text: nothing encodes it once more."""

    media_type = "application/json"
