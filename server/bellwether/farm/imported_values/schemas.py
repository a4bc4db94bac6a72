"""Imported breeding values on the wire."""

from datetime import date
from uuid import UUID

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
    import_id: UUID
