"""Rows of this slice."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from bellwether.platform.json import JsonObject


class ImportRow(NamedTuple):
    """An import with its report, and what its job says."""

    id: UUID
    farm_id: UUID
    chip_id: int
    map_version: int
    file_name: str
    sha256: str
    options: JsonObject
    n_samples: int | None
    n_accepted: int | None
    n_quarantined: int | None
    report: JsonObject | None
    created_at: datetime
    finished_at: datetime | None
    state: str


class SampleRow(NamedTuple):
    """A sample of an import."""

    import_row: int
    id: UUID
    name: str
    animal_id: UUID
    version: int
    state: str
    reasons: list[str]
    call_rate: float
    heterozygosity: float | None
    f: float | None
