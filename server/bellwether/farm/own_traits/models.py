"""Rows of this slice's table."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID


class OwnTraitRow(NamedTuple):
    """A trait that a farm has defined."""

    id: UUID
    farm_id: UUID
    code: str
    name: str
    kind: str
    unit: str
    stage: str
    description: str
    words: list[str]
    hard_low: float
    hard_high: float
    soft_low: float
    soft_high: float
    decimals: int
    window_first: int | None
    window_last: int | None
    reference_age_days: int | None
    heritability: float | None
    phenotypic_variance: float | None
    may_record: str
    valid_from: date | None
    valid_to: date | None
    rev: int
    created_at: datetime
    updated_at: datetime
