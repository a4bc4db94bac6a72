"""Where a page starts when the newest come first."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from bellwether.platform.http.pagination import BadCursor, Cursor, next_cursor

Place = tuple[datetime, UUID]
KEYS = ("finished_at", "id")


def place_of(text: str | None) -> Place | None:
    """The time and id that the page comes after, from the caller's cursor.

    Raises:
        BadCursor: it was not made by one of these lists.
    """
    cursor = Cursor.decode(text, len(KEYS))
    if cursor is None:
        return None
    try:
        at, item_id = datetime.fromisoformat(str(cursor.keys[0])), UUID(str(cursor.keys[1]))
        if at.tzinfo is None:
            raise BadCursor
        # the first and the last day of the calendar have times that do not exist in UTC
        return at.astimezone(UTC), item_id
    except (ValueError, OverflowError) as error:
        raise BadCursor from error


class Finished(Protocol):
    """Something with an end and an id."""

    id: UUID
    finished_at: datetime


def next_place(found: Sequence[Finished], limit: int) -> str | None:
    """The cursor after the first `limit` of `found`, or None when there are no more."""
    return next_cursor([{"finished_at": item.finished_at, "id": item.id} for item in found], limit, KEYS)
