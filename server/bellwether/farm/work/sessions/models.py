"""Rows of `farm.session_template` and `farm.yard_session`, and what was recorded on a day."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from bellwether.platform.json import JsonValue


class TemplateRow(NamedTuple):
    """What a kind of day records."""

    id: UUID
    farm_id: UUID
    name: str
    kind: str
    traits: list[str]
    fields: list[dict[str, JsonValue]]
    created_at: datetime


class SessionRow(NamedTuple):
    """One day."""

    id: UUID
    farm_id: UUID
    template_id: UUID | None
    kind: str
    name: str
    held_on: date
    operator: str | None
    devices: list[str]
    group_id: UUID | None
    traits: list[str]
    fields: dict[str, JsonValue]
    closed_at: datetime | None
    rev: int
    created_at: datetime
    updated_at: datetime


class RecordRow(NamedTuple):
    """A measurement that counts."""

    animal_id: UUID
    name: str
    trait: str
    value: float
    occurred_on: date


class MemberRow(NamedTuple):
    """Who was in the mob that day."""

    animal_id: UUID
    name: str
