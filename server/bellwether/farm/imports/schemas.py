"""Imports on the wire."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticKnownError

from bellwether.farm.imports.formats import FORMATS
from bellwether.farm.imports.reading.layout import Layout
from bellwether.platform.http.schemas import Schema
from bellwether.platform.jobs.schemas import Job
from bellwether.sheep.findings import Verdict


def known_kind(kind: str) -> str:
    """A format that is registered."""
    if kind not in FORMATS:
        raise PydanticKnownError("literal_error", {"expected": one_of(list(FORMATS))})
    return kind


def one_of(words: list[str]) -> str:
    """As Pydantic lists what may be sent."""
    quoted = [f"'{word}'" for word in words]
    return f"{', '.join(quoted[:-1])} or {quoted[-1]}"


ImportKind = Annotated[str, AfterValidator(known_kind), WithJsonSchema({"enum": list(FORMATS), "type": "string"})]
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
