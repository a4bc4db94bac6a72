"""Rows of this slice."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class SampleRow(NamedTuple):
    """A sample on one chip."""

    id: UUID
    farm_id: UUID
    animal_id: UUID
    name: str
    is_preferred: bool
    rev: int
    chip_id: int
    version: int
    map_version: int
    state: str
    reasons: list[str]
    call_rate: float
    heterozygosity: float | None
    note: str | None
    created_at: datetime


class ShareRow(NamedTuple):
    """An animal whose genotypes another farm may read."""

    farm_id: UUID
    animal_id: UUID
    with_farm_id: UUID
    created_at: datetime
