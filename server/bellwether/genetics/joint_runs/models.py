"""Rows of joint runs."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple, TypedDict
from uuid import UUID


class InIt(NamedTuple):
    """A farm that is in an agreement now, by which step, and its flocks that take part."""

    farm_id: UUID
    number: int
    farm_name: str
    flock_ids: list[UUID]


class FarmCount(TypedDict):
    """A farm that was in a joint run, and what it brought."""

    farm_id: str
    name: str
    step: int
    n_animals: int
    n_records: int


class JointRow(NamedTuple):
    """A joint run, as far as handing it out asks."""

    id: UUID
    farm_id: UUID
    agreement_id: UUID | None
    state: str
    across: Mapping[str, list[FarmCount]] | None


class ShareRow(NamedTuple):
    """A farm's share of a joint run."""

    id: UUID
    farm_id: UUID
    flock_ids: list[UUID]
    finished_at: datetime


class SireRow(NamedTuple):
    """A value of a shared sire."""

    number: int
    numbers: list[dict[str, str]]
    animal_id: UUID | None
    n_farms: int
    n_progeny: int
    trait: str
    effect: str
    value: float
    reliability: float | None
    percentile: float | None
