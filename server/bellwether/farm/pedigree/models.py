"""Rows of syndicates and of claims."""

from datetime import date, datetime
from typing import Literal, NamedTuple
from uuid import UUID

from bellwether.sheep.pedigree import Method, ParentType, Sex

Status = Literal["proposed", "accepted", "rejected", "superseded"]


class SyndicateRow(NamedTuple):
    """Rams that ran together."""

    id: UUID
    farm_id: UUID
    code: str
    year: int
    sires: list[UUID]
    shares: list[float | None]


class ClaimRow(NamedTuple):
    """A claim about a parent, whatever became of it."""

    id: UUID
    farm_id: UUID
    child_id: UUID
    parent_id: UUID
    parent_type: ParentType
    method: Method
    probability: float | None
    status: Status
    syndicate_id: UUID | None
    created_at: datetime


class SireRow(NamedTuple):
    """What a sire of a syndicate must be."""

    id: UUID
    name: str
    sex: str
    fertility: str


class AncestorRow(NamedTuple):
    """An animal of a pedigree, with the parents that stand."""

    id: UUID
    generation: int
    tag: str | None
    sex: Sex
    birth_date: date | None
    reference_only: bool
    sire_id: UUID | None
    dam_id: UUID | None
