"""Rows of this slice."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class ExportRow(NamedTuple):
    """An export of genotypes."""

    id: UUID
    farm_id: UUID
    chip_id: int
    map_version: int
    format: str
    with_shared: bool
    file_name: str | None
    media_type: str | None
    size_bytes: int | None
    sha256: str | None
    n_samples: int | None
    n_markers: int | None
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None
    job_state: str


class SampleRow(NamedTuple):
    """What a `.fam` file says of a sample."""

    id: UUID
    fam: list[str] | None
    sex: str | None
