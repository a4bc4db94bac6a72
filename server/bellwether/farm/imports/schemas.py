"""Imports on the wire."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from bellwether.farm.imports.reading.layout import Layout
from bellwether.platform.http.schemas import Schema
from bellwether.platform.jobs.resource import Job
from bellwether.sheep.findings import Verdict

ImportKind = Literal["flock", "weights", "sg"]
DateOrder = Literal["ymd", "dmy", "mdy"]


class ImportJob(Job):
    """The job that reads the file, with the import it belongs to."""

    import_id: UUID


class Import(Schema):
    """One file and what became of its rows; rows_in = rows_accepted + rows_rejected once it is finished."""

    id: UUID
    farm_id: UUID
    flock_id: UUID
    kind: ImportKind
    file_name: str
    sha256: str
    size_bytes: int
    layout: Layout
    job_id: UUID | None
    rows_in: int | None
    rows_accepted: int | None
    rows_rejected: int | None
    verdicts: dict[str, int] | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class ImportRow(Schema):
    """One line of the file. On an accepted row, code and message are a warning; verdict null: not judged yet."""

    row: int
    raw: str
    verdict: Verdict | None
    is_accepted: bool | None
    animal_id: UUID | None
    field: str | None
    code: str | None
    message: str | None
    fix: str | None


class Upload(Schema):
    """What comes with a file."""

    farm_id: UUID
    flock: str
    kind: ImportKind
    file_name: str
    content: bytes
    date_order: DateOrder | None = None
    trait: str | None = None


def as_import(row: Any) -> Import:
    """From a row of the repository."""
    return Import.model_validate(dict(row))
