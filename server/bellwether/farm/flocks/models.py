"""Rows of `farm.flock`."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class FlockRow(NamedTuple):
    """A flock."""

    id: UUID
    farm_id: UUID
    name: str
    code: str
    breed_code: str | None
    recording_scheme: str
    rev: int
    created_at: datetime
    updated_at: datetime
