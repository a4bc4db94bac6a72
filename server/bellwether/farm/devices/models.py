"""Rows of `farm.device`."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class DeviceRow(NamedTuple):
    """A device of a user on a farm."""

    id: UUID
    farm_id: UUID
    user_id: UUID
    name: str
    unsent: int
    rev: int | None
    reported_at: datetime
    signed_out_at: datetime | None
    created_at: datetime
