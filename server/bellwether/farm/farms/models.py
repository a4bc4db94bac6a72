"""Rows of the tables of this slice: `farm.farm` and `farm.membership`."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class FarmRow(NamedTuple):
    """A farm, with what the acting user is on it."""

    id: UUID
    name: str
    country: str | None
    time_zone: str
    weight_unit: str
    import_headers: dict[str, str]
    rev: int
    created_at: datetime
    updated_at: datetime
    role: str | None


class MemberRow(NamedTuple):
    """Who belongs to a farm."""

    user_id: UUID
    farm_id: UUID
    role: str
    granted_at: datetime
    ends_at: datetime | None
    organisation_id: UUID | None
