"""Rows of agreements."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class AgreementRow(NamedTuple):
    """An agreement."""

    id: UUID
    farm_id: UUID
    name: str
    purpose: str
    proposed_at: datetime


class StepRow(NamedTuple):
    """What a farm did last in an agreement, or what was done to it; `is_mine`: the farm is the caller's."""

    agreement_id: UUID
    farm_id: UUID
    number: int
    kind: str
    farm_name: str | None
    flock_ids: list[UUID]
    taken_at: datetime
    is_mine: bool


class NewStep(NamedTuple):
    """A step that somebody takes."""

    agreement_id: UUID
    farm_id: UUID
    number: int
    kind: str
    farm_name: str | None
    flock_ids: list[UUID]
    taken_by: UUID | None
