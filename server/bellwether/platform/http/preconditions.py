"""If-Match and If-None-Match (RFC 9110, section 13) against a revision number.

The Bun services decide alike: `contracts/cases/preconditions.json` holds both sides to it.
"""

import re
from collections.abc import Mapping
from typing import Annotated

from fastapi import Header

from bellwether.platform.problems import MatchRequired, Stale

TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
LIST = re.compile(rf"[\s,]*{TAG}(?:\s*,[\s,]*{TAG})*[\s,]*")
TAGS = re.compile(TAG)


def etag(rev: int) -> dict[str, str]:
    """The header that names a revision."""
    return {"ETag": f'"{rev}"'}


def is_matched(header: str, current: str) -> bool:
    """If-Match: `*`, or the current tag among those given. A weak tag never proves that nothing has changed."""
    return header.strip() == "*" or current in tags_of(header)


def is_known(header: str, current: str) -> bool:
    """If-None-Match: `*`, or the current tag among those given, weak or not."""
    return header.strip() == "*" or current.removeprefix("W/") in {tag.removeprefix("W/") for tag in tags_of(header)}


def is_had(headers: Mapping[str, str], current: str) -> bool:
    """Whether the caller of a read has what it would get, so that nothing needs to be read for it."""
    known, wanted = headers.get("if-none-match"), headers.get("if-match")
    return known is not None and is_known(known, current) and (wanted is None or is_matched(wanted, current))


def tags_of(header: str) -> list[str]:
    """The tags of a list; none when it is no list of tags."""
    return TAGS.findall(header) if LIST.fullmatch(header) else []


class Precondition:
    """What the caller asks of the current revision."""

    def __init__(self, if_match: str | None, if_none_match: str | None = None) -> None:
        self._if_match, self._if_none_match = if_match, if_none_match

    def check(self, rev: int | None) -> None:
        """Let the change pass only if the caller has read this revision, or any with `*`; None: there is none yet.

        Raises:
            MatchRequired: there is no If-Match.
            Stale: it names another revision, or If-None-Match names this one.
        """
        if rev is None:
            if self._if_match is not None:
                raise Stale
            return
        current = etag(rev)["ETag"]
        if self._if_match is not None and not is_matched(self._if_match, current):
            raise Stale(headers=etag(rev))
        if self._if_none_match is not None and is_known(self._if_none_match, current):
            raise Stale("It is there already, in the very state that If-None-Match names", headers=etag(rev))
        if self._if_match is None:
            raise MatchRequired


async def precondition(
    if_match: Annotated[
        str | None, Header(description="The ETag that you last read; `*` for whatever there is", examples=['"3"'])
    ] = None,
    if_none_match: Annotated[
        str | None, Header(description="`*`: only if there is none yet; or ETags that it must not have")
    ] = None,
) -> Precondition:
    """FastAPI dependency; without If-Match the answer is 428, not a validation error."""
    return Precondition(if_match, if_none_match)
