"""Rows of `farm.conflict`."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from bellwether.platform.json import JsonValue


class Said(NamedTuple):
    """A value, when it was said by the clock of its device, and by whom."""

    value: JsonValue
    clock: str | None = None
    by: UUID | None = None


class ConflictRow(NamedTuple):
    """Two values of one field, or two fates of one row."""

    id: UUID
    farm_id: UUID
    kind: str
    collection: str
    row_id: UUID
    field: str | None
    kept: JsonValue
    other: JsonValue
    kept_by: UUID | None
    other_by: UUID | None
    state: str
    choice: str | None
    created_at: datetime
    settled_at: datetime | None
