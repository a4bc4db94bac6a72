"""Keyset pagination with opaque cursors."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import Query

from bellwether.platform.problems import Unprocessable

Limit = Annotated[int, Query(ge=1, le=1000, description="How many items at most")]
CursorText = Annotated[str | None, Query(max_length=500, description="`next` of the page before")]


class BadCursor(Unprocessable):
    """The cursor was not made by this list."""

    code = "bad_cursor"
    title = "The cursor is not one that this list has given out: start again without it"


@dataclass(frozen=True, slots=True)
class Cursor:
    """The sort keys of the last item of a page."""

    keys: tuple[Any, ...]

    def encode(self) -> str:
        """As text for `next`."""
        return base64.urlsafe_b64encode(orjson.dumps(list(self.keys), default=str)).rstrip(b"=").decode()

    @classmethod
    def decode(cls, text: str | None, n_keys: int = 1) -> "Cursor | None":
        """From the text of a request; None stays None.

        Raises:
            BadCursor: it is not a cursor with `n_keys` keys.
        """
        if text is None:
            return None
        try:
            keys = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        except ValueError as error:
            raise BadCursor from error
        if not isinstance(keys, list) or len(keys) != n_keys:
            raise BadCursor
        return cls(tuple(keys))


def next_cursor(rows: Sequence[Any], limit: int, keys: Sequence[str]) -> str | None:
    """The cursor after `rows` when a query for `limit + 1` rows found more than `limit`."""
    if len(rows) <= limit:
        return None
    last = rows[limit - 1]
    return Cursor(tuple(last[key] for key in keys)).encode()
