"""Rows of definitions."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from bellwether.platform.json import JsonObject


class VersionRow(NamedTuple):
    """A version of a definition, with the definition's own columns."""

    id: UUID
    farm_id: UUID
    agreement_id: UUID | None
    name: str
    version: int
    sha256: str
    content: JsonObject
    note: str
    created_by: UUID
    created_at: datetime


class NewVersionRow(NamedTuple):
    """What is stored of a version."""

    farm_id: UUID
    definition_id: UUID
    version: int
    sha256: str
    content: str
    flock_ids: list[UUID]
    rerun: str
    note: str
    created_by: UUID | None
