"""Rows of this slice's table."""

from datetime import date
from typing import NamedTuple
from uuid import UUID


class NewValue(NamedTuple):
    """A value as it comes in."""

    animal_id: UUID
    run_name: str
    run_date: date | None
    trait: str
    value: float
    accuracy: float | None
    row: int | None


class ValueRow(NamedTuple):
    """A stored one; the animal is the one into which it was merged."""

    id: UUID
    animal_id: UUID
    tag: str | None
    run_name: str
    run_date: date | None
    trait: str
    value: float
    accuracy: float | None
    import_id: UUID | None


class RunRow(NamedTuple):
    """A run and how much of it the farm has."""

    run_name: str
    run_date: date | None
    n_animals: int
    traits: list[str]


class TrendRow(NamedTuple):
    """A value of a run, as a trend counts it."""

    run_name: str
    animal_id: UUID
    value: float
    accuracy: float | None
