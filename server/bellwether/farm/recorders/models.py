"""Rows of `farm.recorder`."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class RecorderRow(NamedTuple):
    """What somebody may record, and until when."""

    id: UUID
    farm_id: UUID
    user_id: UUID
    flock_id: UUID
    kinds: list[str]
    granted_at: datetime
    ends_at: datetime


class OwnRow(NamedTuple):
    """The same as the recorder sees it: with names, which are all that is told of the farm."""

    farm_id: UUID
    farm_name: str
    flock_id: UUID
    flock_name: str
    kinds: list[str]
    ends_at: datetime


class ProductRow(NamedTuple):
    """A remedy of the farm."""

    id: UUID
    name: str
    unit: str
