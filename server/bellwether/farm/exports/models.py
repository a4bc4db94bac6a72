"""Rows of this slice's tables, and what an export reads of a flock."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import NamedTuple
from uuid import UUID

from bellwether.sheep.identifiers import Kind


@dataclass(frozen=True, slots=True)
class Export:
    """A file that was asked for; it is there from `finished_at` until `expires_at`."""

    id: UUID
    farm_id: UUID
    flock_id: UUID
    format: str
    options: dict[str, object]
    job_id: UUID | None
    file_name: str | None
    media_type: str | None
    size_bytes: int | None
    sha256: str | None
    report: dict[str, object] | None
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None


class FlockRow(NamedTuple):
    """The flock of an export, with its farm."""

    id: UUID
    farm_id: UUID
    name: str
    code: str
    breed_code: str | None
    farm_name: str
    country: str


class AnimalRow(NamedTuple):
    """An animal of the flock that the farm records."""

    id: UUID
    tag: str | None
    sex: str
    fertility: str
    birth_date: date | None
    drop_year: int | None
    birth_type: int | None
    rear_type: int | None
    is_embryo_transfer: bool
    birth_group: str | None
    fate: str


class KinRow(NamedTuple):
    """An animal with its parents, as an evaluation takes it."""

    id: str
    flock_id: str
    sex: str
    birth_type: int | None
    rear_type: int | None
    sire_id: str | None
    dam_id: str | None
    drop_year: int | None
    reference_only: bool
    tag: str | None


class ClaimRow(NamedTuple):
    """An accepted parent."""

    child_id: UUID
    parent_id: UUID
    parent_type: str


class SyndicateRow(NamedTuple):
    """A lamb of a syndicate, whose sire nothing tells yet."""

    child_id: UUID
    code: str
    year: int
    n_sires: int


class NamedRow(NamedTuple):
    """An identifier of any animal of the farm, used now or before."""

    animal_id: UUID
    scheme: str
    value: str
    kind: Kind
    scope: str
    is_active: bool
    is_reference: bool


class MeasuredRow(NamedTuple):
    """A measurement that counts."""

    id: UUID
    animal_id: UUID
    trait: str
    value: float
    unit: str
    raw_value: str
    raw_unit: str
    occurred_on: date
    occurred_time: time | None
    recorded_group: str
    age_days: int | None
    contemporary_group: str | None
