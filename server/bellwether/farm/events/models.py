"""Rows of `farm.event`, and what is asked of the farm before one is added."""

from datetime import date, datetime, time
from typing import NamedTuple
from uuid import UUID

from bellwether.platform.json import JsonValue


class EventRow(NamedTuple):
    """An event of the log."""

    id: UUID
    farm_id: UUID
    seq: int
    kind: str
    version: int
    animal_id: UUID | None
    group_id: UUID | None
    occurred_on: date
    occurred_time: time | None
    tz: str
    device_id: str | None
    device_time: datetime | None
    session_id: UUID | None
    import_id: UUID | None
    supersedes: UUID | None
    superseded_by: UUID | None
    payload: dict[str, JsonValue]
    source: str
    recorded_by: UUID | None
    recorded_at: datetime


class StoredEvent(NamedTuple):
    """What a repetition or a correction needs to know of an event."""

    id: UUID
    kind: str
    place: int
    animal_id: UUID | None
    group_id: UUID | None
    sent_sha256: bytes
    superseded_by: UUID | None
    others: tuple[UUID, ...] = ()

    @property
    def animals(self) -> tuple[UUID, ...]:
        """All that it names, its subject first."""
        return self.others if self.animal_id is None else (self.animal_id, *self.others)


class MadeEvent(NamedTuple):
    """An event to be added; `seq` is its place in the log, `place` that of the first of its chain of corrections."""

    id: UUID
    seq: int
    place: int
    kind: str
    version: int
    animal_id: UUID | None
    group_id: UUID | None
    occurred_on: date
    occurred_time: time | None
    tz: str
    device_id: str | None
    device_time: datetime | None
    session_id: UUID | None
    supersedes: UUID | None
    payload: str
    sent_sha256: bytes


class MadeOther(NamedTuple):
    """An animal beside the subject of an event that is added."""

    event_id: UUID
    seq: int
    animal_id: UUID
    role: str
    present: bool
