"""Rows of `farm.merge`, and what is compared before two animals become one."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID


class MergeRow(NamedTuple):
    """Two animals that became one."""

    id: UUID
    farm_id: UUID
    loser_id: UUID
    winner_id: UUID
    merged_at: datetime
    undone_at: datetime | None


class SheepRow(NamedTuple):
    """What is known of one of the two."""

    id: UUID
    farm_id: UUID
    flock_id: UUID
    name: str
    sex: str
    fertility: str
    birth_date: date | None
    drop_year: int | None
    birth_type: int | None
    rear_type: int | None
    birth_group: str | None
    breeds: str | None
    reference_only: bool
    merged_into: UUID | None


class Clash(NamedTuple):
    """Something that only one of the two can keep."""

    what: str
    of_loser: str
    of_winner: str
