"""Rows of the list of samples."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class SampleRow(NamedTuple):
    """A sample and its animal."""

    id: UUID
    farm_id: UUID
    animal_id: UUID
    name: str
    is_preferred: bool
    created_at: datetime
    flock_id: UUID | None
