"""Rows of `farm.consent`."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID


class ConsentRow(NamedTuple):
    """What one project may see of one farm."""

    id: UUID
    farm_id: UUID
    project_id: UUID
    scope: str
    from_on: date | None
    to_on: date | None
    granted_by: UUID
    granted_at: datetime
    withdrawn_at: datetime | None
