"""Imports on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticKnownError

from bellwether.farm.imports.formats import FORMATS
from bellwether.farm.imports.reading.layout import Layout
from bellwether.farm.imports.reading.options import Options
from bellwether.farm.imports.states import State
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


class ImportJob(Job):
    """The job that reads the file, with the import it belongs to."""

    import_id: UUID


class Import(Schema):
    """One file and what became of its rows: rows_in = rows_accepted + rows_rejected at every moment.

    `received`: being looked at. `previewed`: every row has a verdict, nothing is in the herd. `committing`: rows are
    entering the herd; if its job has ended, it goes on by `commit` and goes back by `undo`. `committed`: what was
    accepted is in the herd. `undone`, `cancelled`: nothing of it is in the herd any more. `told` says how the file is
    read; `faults` and `warnings` count the rows that have each code.
    """

    id: UUID
    farm_id: UUID
    flock_id: UUID
    kind: ImportKind
    file_name: str
    sha256: str
    size_bytes: int
    layout: Layout
    told: list[str]
    options: dict[str, object]
    state: State
    job_id: UUID | None
    rows_in: int
    rows_accepted: int
    rows_rejected: int
    verdicts: dict[str, int]
    faults: dict[str, int]
    warnings: dict[str, int]
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    undone_at: datetime | None


class RowFinding(Schema):
    """A fault of a refused row, or a warning on an accepted one."""

    code: str
    field: str | None
    message: str
    fix: str


class ImportRow(Schema):
    """One line of the file with all its findings; field, code, message and fix are those of the first."""

    row: int
    raw: str
    verdict: Verdict
    is_accepted: bool
    animal_id: UUID | None
    field: str | None
    code: str | None
    message: str | None
    fix: str | None
    findings: list[RowFinding]


class Upload(Schema):
    """What comes with a file; `again` takes bytes beside an import of the same with other options."""

    farm_id: UUID
    flock: str
    kind: ImportKind | None
    file_name: str
    content: bytes
    options: Options
    commit: bool = True
    again: bool = False
