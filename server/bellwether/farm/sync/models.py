"""Rows of this slice's tables, and what becomes of a mutation."""

from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.conflict_facts import Told
from bellwether.platform.json import JsonObject, JsonValue


class FieldChange(NamedTuple):
    """The last change of one field after a number."""

    field: str
    seq: int
    before: JsonValue
    after: JsonValue
    clock: str
    device_id: UUID | None
    changed_by: UUID | None


class Answered(NamedTuple):
    """What a mutation was told."""

    sent_sha256: bytes
    answer: JsonObject


@dataclass
class Outcome:
    """What became of a row that could be taken."""

    status: str
    rev: int | None = None
    doc: JsonObject | None = None
    conflicts: list[UUID] = field(default_factory=list)
    #: those of them that nobody had told before
    found: list[Told] = field(default_factory=list)
