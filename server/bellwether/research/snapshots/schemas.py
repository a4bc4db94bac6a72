"""What crosses the wire about snapshots."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from bellwether.platform.http.schemas import Schema
from bellwether.research.projects.schemas import Title

Trait = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,39}$")]


class NewSnapshot(Schema):
    """Which measurements are frozen."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"title": "Weaning weights to 2025", "traits": ["WWT"], "last_on": "2025-12-31"}]
        }
    )

    title: Title
    traits: Annotated[list[Trait], Field(min_length=1, max_length=50)]
    first_on: date | None = None
    last_on: date | None = None


class Snapshot(Schema):
    """A frozen data set; `sha256` is the digest of its rows, by which it is cited."""

    id: UUID
    project_id: UUID
    title: str
    traits: list[str]
    first_on: date | None
    last_on: date | None
    taken_at: datetime
    taken_by: UUID
    farms: int = Field(description="From how many farms the rows are")
    rows: int
    sha256: str


class Check(Schema):
    """What the same question gives today about the same moment."""

    sha256: str
    is_same: bool
