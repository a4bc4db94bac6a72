"""Rows of the list of observations."""

from datetime import date, datetime, time
from typing import NamedTuple
from uuid import UUID


class ObservationRow(NamedTuple):
    """A measurement with its animal and its moment: noon of its day where no time was told."""

    id: UUID
    farm_id: UUID
    flock_id: UUID
    animal_id: UUID
    trait: str
    stage: str
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
    name: str
    drop_year: int | None
    moment: datetime
