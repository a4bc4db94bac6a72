"""Numbers of a farm at one moment."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID


class CountRow(NamedTuple):
    """How many there are, and how many were weighed and told of today."""

    head: int
    weighed_today: int
    events_today: int
    open_conflicts: int


class LastRow(NamedTuple):
    """An event of the log, one of the last."""

    id: UUID
    seq: int
    kind: str
    occurred_on: date
    animal_id: UUID | None
    group_id: UUID | None
    recorded_at: datetime
