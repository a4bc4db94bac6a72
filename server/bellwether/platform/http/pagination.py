"""Keyset pagination with opaque cursors, the same for every list."""

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Annotated, Self
from uuid import UUID

from fastapi import Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, model_validator

from bellwether.platform.problems import Unprocessable

Limit = Annotated[int, Query(ge=1, le=1000, description="How many items at most")]
CursorText = Annotated[str | None, Query(max_length=500, description="`next` of the page before")]

LARGEST = 2**63


class BadCursor(Unprocessable):
    """The cursor was not made by this list."""

    code = "bad_cursor"
    title = "The cursor is not one that this list has given out: start again without it"


class Cursor(BaseModel):
    """The sort keys of the last item of a page. Each order of a list is a subclass, whose fields are the keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @model_validator(mode="after")
    def fits(self) -> Self:
        """Numbers are those that a database has."""
        if any(isinstance(key, int) and abs(key) >= LARGEST for key in self.__dict__.values()):
            raise ValueError("no number of a database")
        return self

    @classmethod
    def read(cls, text: str | None) -> Self | None:
        """From the text of a request; None stays None.

        Raises:
            BadCursor: it does not hold these keys.
        """
        if text is None:
            return None
        try:
            return cls.model_validate_json(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        except (ValueError, OverflowError) as error:
            raise BadCursor from error

    @classmethod
    def after(cls, found: Sequence[object], limit: int) -> str | None:
        """The text of `next` when a query for `limit + 1` items found more than `limit`."""
        if len(found) <= limit:
            return None
        last = found[limit - 1]
        keys = {name: last[name] if isinstance(last, Mapping) else getattr(last, name) for name in cls.model_fields}
        return cls.model_validate(keys).text

    @property
    def text(self) -> str:
        """As a caller sees it."""
        return base64.urlsafe_b64encode(self.model_dump_json().encode()).rstrip(b"=").decode()


class ById(Cursor):
    """Sorted by id, which is by time as well."""

    id: UUID


class ByEnd(Cursor):
    """Sorted by the time at which something ended, then by id."""

    # the first and the last day of the calendar have times that do not exist in UTC
    finished_at: Annotated[AwareDatetime, AfterValidator(lambda at: at.astimezone(UTC))]
    id: UUID


def id_after(cursor: str | None) -> UUID | None:
    """The id that a page begins after; None for the first page.

    Raises:
        BadCursor: the cursor is of another list.
    """
    found = ById.read(cursor)
    return None if found is None else found.id
