"""Rows of `farm.calendar_feed`."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class FeedRow(NamedTuple):
    """A feed; its secret is stored as a hash."""

    id: UUID
    farm_id: UUID
    user_id: UUID
    name: str
    created_at: datetime


class Opened(NamedTuple):
    """What a secret opens: the tasks of a farm, as one of its members sees them."""

    farm_id: UUID
    user_id: UUID
