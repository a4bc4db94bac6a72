"""What is read for the standard's resources."""

from datetime import date, datetime, time
from typing import NamedTuple
from uuid import UUID

from bellwether.platform.json import JsonValue


class KeptRow(NamedTuple):
    """An animal of a page: when its row was made, and whether it turned out to be another one."""

    id: UUID
    created_at: datetime
    merged_into: UUID | None


class ParentRow(NamedTuple):
    """An accepted claim."""

    child_id: UUID
    parent_id: UUID
    parent_type: str


class WeightRow(NamedTuple):
    """A weight that counts."""

    id: UUID
    flock_id: UUID
    animal_id: UUID
    trait: str
    value: float
    raw_value: str
    raw_unit: str
    occurred_on: date
    occurred_time: time | None
    contemporary_group: str | None
    created_at: datetime


class TreatedRow(NamedTuple):
    """An animal that was treated, by itself or with its group."""

    seq: int
    event_id: UUID
    animal_id: UUID
    occurred_on: date
    occurred_time: time | None
    tz: str
    payload: dict[str, JsonValue]
    modified_at: datetime
    first_id: UUID
    product: str
    lot: str | None
    expires_on: date | None
    meat_until: date
    export_until: date
    milk_until: date


class TreatedGroupRow(NamedTuple):
    """A mob that was treated."""

    id: UUID
    first_id: UUID
    seq: int
    is_retracted: bool
    group_id: UUID
    occurred_on: date
    occurred_time: time | None
    tz: str
    payload: dict[str, JsonValue]
    created_at: datetime
    modified_at: datetime
    product: str
    lot: str | None
    expires_on: date | None
    meat_until: date
    export_until: date
    milk_until: date
    head: int | None


class EventRow(NamedTuple):
    """An event as its last correction says it; of one that was taken back what it said."""

    id: UUID
    first_id: UUID
    seq: int
    kind: str
    is_retracted: bool
    animal_id: UUID
    occurred_on: date
    occurred_time: time | None
    tz: str
    payload: dict[str, JsonValue]
    created_at: datetime
    modified_at: datetime


class KnownWeight(NamedTuple):
    """A weight that was sent before."""

    id: UUID
    animal_id: UUID
    trait: str
    occurred_on: date


class WeightVersion(NamedTuple):
    """A weight of a day as somebody said it, whether it counts or not."""

    id: UUID
    supersedes: UUID | None
    value: float
    occurred_time: time | None
    state: str


class RemedyRow(NamedTuple):
    """A remedy of the farm with the days of its label for each market."""

    id: UUID
    name: str
    unit: str
    days: tuple[int | None, int | None, int | None]


class FarmRow(NamedTuple):
    """A farm with its numbers, each a scheme and a value."""

    id: UUID
    name: str
    time_zone: str
    numbers: list[str]
