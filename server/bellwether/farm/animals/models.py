"""Rows of the tables of this slice: animals, their identifiers, the claims about their parents."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from typing_extensions import TypedDict

from bellwether.sheep.identifiers import Kind
from bellwether.sheep.lives import Fate
from bellwether.sheep.pedigree import Fertility, Method, ParentType, Sex


class IdentifierRow(TypedDict):
    """An active identifier."""

    scheme: str
    value: str
    kind: Kind


class AnimalRow(TypedDict):
    """An animal with its active identifiers and accepted parents, validated at a third of the cost of a model."""

    id: UUID
    farm_id: UUID
    flock_id: UUID
    tag: str | None
    sex: Sex
    fertility: Fertility
    birth_date: date | None
    birth_type: int | None
    rear_type: int | None
    drop_year: int | None
    reference_only: bool
    fate: Fate
    fate_on: date | None
    breeds: dict[str, object] | None
    sire_id: UUID | None
    dam_id: UUID | None
    identifiers: list[IdentifierRow]
    rev: int
    updated_at: datetime


class KinRow(NamedTuple):
    """What the rules of the pedigree need of an animal."""

    id: UUID
    name: str
    sex: str
    fertility: str
    birth_date: date | None
    drop_year: int | None


class HeadRow(NamedTuple):
    """What a change needs to know of an animal."""

    id: UUID
    farm_id: UUID
    flock_id: UUID
    name: str
    sex: str
    fertility: str
    birth_date: date | None
    drop_year: int | None
    rev: int


class RelativeRow(NamedTuple):
    """A parent or an offspring, and what the one is to the other."""

    id: UUID
    parent_type: ParentType
    name: str
    sex: str
    fertility: str
    birth_date: date | None
    drop_year: int | None


class NamedRow(NamedTuple):
    """An identifier with what is known of its animal; free for others if its use has ended and the animal is dead."""

    animal_id: UUID
    kind: Kind
    scheme: str
    value: str
    scope: str
    tag: str | None
    sex: str
    fertility: str
    birth_date: date | None
    drop_year: int | None
    reference_only: bool
    is_free: bool


class ClaimRow(NamedTuple):
    """An accepted claim."""

    id: UUID
    parent_id: UUID
    parent_type: ParentType
    method: Method
    name: str
    reference_only: bool


class Edge(NamedTuple):
    """A step up the pedigree."""

    child: UUID
    parent: UUID
    name: str
