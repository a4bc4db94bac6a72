"""Rows of `farm.identifier`: uses of identifiers."""

from datetime import date, datetime
from typing import Literal, NamedTuple
from uuid import UUID

from bellwether.sheep.identifiers import Kind

State = Literal["active", "closed", "disputed"]


class UseRow(NamedTuple):
    """A use of an identifier, with the other animals that have the same one in use."""

    id: UUID
    farm_id: UUID
    animal_id: UUID
    scheme: str
    value: str
    raw: str
    kind: Kind
    official: bool
    colour: str | None
    ear: Literal["left", "right"] | None
    state: State
    on_date: date | None
    off_date: date | None
    rivals: list[UUID]


class Span(NamedTuple):
    """From when a use is written down (None: nobody knows), whether somebody said so, and within what it counts."""

    began: datetime | None
    since_told: bool
    scope: str


class OtherUse(NamedTuple):
    """A use of the same identifier, or another identifier of the same scheme."""

    id: UUID
    animal_id: UUID
    name: str
    value: str
    state: State
    reference_only: bool
    ended: datetime | None


class WornRow(NamedTuple):
    """An animal that wore a number on a day."""

    row: int
    animal_id: UUID
    scheme: str
    scope: str
