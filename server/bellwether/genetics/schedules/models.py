"""Rows of schedules."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class ScheduleRow(NamedTuple):
    """The schedule of a farm."""

    farm_id: UUID
    every: str
    hour: int
    weekday: int | None
    next_at: datetime | None
    last_at: datetime | None
    rev: int
