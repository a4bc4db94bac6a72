"""Rows of publications."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class RunRow(NamedTuple):
    """A run, as far as its publication asks."""

    farm_id: UUID
    flock_ids: list[UUID]
    state: str


class PublicationRow(NamedTuple):
    """One step of a flock from one run to the next."""

    id: UUID
    farm_id: UUID
    flock_id: UUID
    number: int
    run_id: UUID
    replaces: UUID | None
    is_automatic: bool
    published_by: UUID | None
    published_at: datetime
