"""Rows of the germplasm list."""

from datetime import date
from typing import NamedTuple
from uuid import UUID


class AnimalRow(NamedTuple):
    """An animal with its farm, its genetic parents' names and its active identifiers."""

    id: UUID
    farm_id: UUID
    flock_id: UUID
    name: str
    sex: str
    fertility: str
    birth_date: date | None
    birth_date_confidence: str | None
    birth_type: int | None
    rear_type: int | None
    drop_year: int | None
    reference_only: bool
    fate: str
    fate_on: date | None
    farm: str
    flock: str
    breed: str | None
    sire: str | None
    dam: str | None
    schemes: list[str]
    numbers: list[str]
