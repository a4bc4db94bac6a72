"""Rows of `research.snapshot`, and of what one is made of."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID


class SnapshotRow(NamedTuple):
    """A snapshot without its rows."""

    id: UUID
    project_id: UUID
    title: str
    traits: list[str]
    first_on: date | None
    last_on: date | None
    taken_at: datetime
    taken_by: UUID
    farms: int
    rows: int
    sha256: str


class Measured(NamedTuple):
    """A measurement with its animal, as both were at the moment of a snapshot."""

    farm_id: UUID
    animal_id: UUID
    sex: str | None
    birth_date: date | None
    trait: str
    value: float
    unit: str
    occurred_on: date
    age_days: int | None
    contemporary_group: str | None


class Asked(NamedTuple):
    """What a snapshot holds."""

    project_id: UUID
    traits: list[str]
    first_on: date | None
    last_on: date | None
