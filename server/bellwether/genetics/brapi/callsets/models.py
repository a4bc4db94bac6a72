"""Rows of the list of call sets."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class CallSetRow(NamedTuple):
    """A sample with the chips on which its calls count."""

    id: UUID
    farm_id: UUID
    animal_id: UUID
    name: str
    created_at: datetime
    chips: list[int]
