"""Imported breeding values on the wire."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from bellwether.farm.schemas import Day, Short, Tag
from bellwether.platform.http.schemas import Schema


class ImportedRun(Schema):
    """An evaluation of others, as far as the farm has its values."""

    run_name: str
    run_date: date | None
    n_animals: int
    traits: list[str]


class ImportedRuns(Schema):
    """The latest first."""

    items: list[ImportedRun]


class ImportedValue(Schema):
    """A breeding value of one run: comparable with others of that run only. `accuracy` is 0 to 1."""

    id: UUID
    animal_id: UUID
    tag: str | None
    run_name: str
    run_date: date | None
    trait: str
    value: float
    accuracy: float | None
    import_id: UUID | None = Field(description="None: it came with the archive of a farm")


class ToldValue(Schema):
    """A value as the archive of a farm tells it."""

    animal_id: UUID
    run_name: Tag
    run_date: Day | None = None
    trait: Short
    value: Annotated[float, Field(allow_inf_nan=False)]
    accuracy: Annotated[float | None, Field(ge=0, le=1)] = None
