"""ETag and If-Match (RFC 9110) over a row's `rev`."""

from typing import Annotated

from fastapi import Header

from bellwether.platform.problems import MatchRequired, Stale


def etag(rev: int) -> dict[str, str]:
    """The header that names a revision."""
    return {"ETag": f'"{rev}"'}


class Precondition:
    """The caller's If-Match."""

    def __init__(self, header: str | None) -> None:
        self._header = header

    def check(self, rev: int | None) -> None:
        """Let the change pass only if the caller has read this revision; None: nobody can have read one yet.

        Raises:
            MatchRequired: there is no If-Match.
            Stale: it names another revision.
        """
        if rev is None:
            if self._header is not None:
                raise Stale
            return
        if self._header is None:
            raise MatchRequired
        if f'"{rev}"' not in [tag.strip() for tag in self._header.split(",")]:
            raise Stale(headers=etag(rev))


async def precondition(
    if_match: Annotated[str | None, Header(description="The ETag that you last read", examples=['"3"'])] = None,
) -> Precondition:
    """FastAPI dependency; without the header the answer is 428, not a validation error."""
    return Precondition(if_match)
