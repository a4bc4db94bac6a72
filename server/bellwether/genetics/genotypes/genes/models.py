"""Rows of this slice."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID


class ResultRow(NamedTuple):
    """What was found at a gene of an animal."""

    id: UUID
    farm_id: UUID
    animal_id: UUID
    gene: str
    first_allele: str
    second_allele: str
    meaning: str
    tested_on: date | None
    laboratory: str | None
    is_current: bool
    created_at: datetime


class CountRow(NamedTuple):
    """How many animals have a genotype."""

    gene: str
    first_allele: str
    second_allele: str
    meaning: str
    n: int
