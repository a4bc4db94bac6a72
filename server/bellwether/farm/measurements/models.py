"""Rows of this slice's tables."""

from dataclasses import dataclass
from datetime import date, time
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.measurements.groups import Placed
from bellwether.sheep.lives import Stay


@dataclass(frozen=True, slots=True)
class MeasuredAnimal:
    """What is asked of an animal before something of it is recorded."""

    id: UUID
    flock_id: UUID
    birth_date: date | None
    placed: Placed
    name: str
    stays: tuple[Stay, ...]
    is_reference: bool


@dataclass(frozen=True, slots=True)
class StoredMeasurement:
    """A measurement that counts."""

    id: UUID
    farm_id: UUID
    flock_id: UUID
    animal_id: UUID
    trait: str
    value: float
    unit: str
    raw_value: str
    raw_unit: str
    occurred_on: date
    occurred_time: time | None
    recorded_group: str
    age_days: int | None
    contemporary_group: str | None
    source: str
    import_id: UUID | None
    session_id: UUID | None

    @property
    def weight_kg(self) -> float:
        """Of a body weight: all are kept in kg."""
        return self.value


class LastWeight(NamedTuple):
    """A body weight of a day."""

    occurred_on: date
    value: float
