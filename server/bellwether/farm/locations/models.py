"""Rows of `farm.location`."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class LocationRow(NamedTuple):
    """A number of a farm."""

    id: UUID
    farm_id: UUID
    scheme: str
    value: str
    created_at: datetime
