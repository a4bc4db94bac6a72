"""Rows of this slice's tables."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from uuid import UUID


class NewBatch(TypedDict):
    """A file as it comes in; the layout is JSON."""

    id: UUID
    farm_id: UUID
    flock_id: UUID
    kind: str
    file_name: str
    sha256: str
    size_bytes: int
    layout: str
    created_by: UUID | None


@dataclass(frozen=True, slots=True)
class Batch:
    """One file that was sent, and the totals once all of it is judged."""

    id: UUID
    farm_id: UUID
    flock_id: UUID
    kind: str
    file_name: str
    sha256: str
    size_bytes: int
    layout: dict[str, object]
    job_id: UUID | None
    rows_in: int | None
    rows_accepted: int | None
    rows_rejected: int | None
    verdicts: dict[str, int] | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """One line of a file and what became of it."""

    row: int
    raw: str
    verdict: str | None
    is_accepted: bool | None
    animal_id: UUID | None
    field: str | None
    code: str | None
    message: str | None
    fix: str | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows of a file have a verdict; those that have none are `pending`."""

    verdict: str
    is_accepted: bool
    n: int


@dataclass(frozen=True, slots=True)
class Finished:
    """What is told of a file when it is finished."""

    farm_id: UUID
    kind: str
    file_name: str
    sha256: str
    started_at: datetime
    finished_at: datetime


class Totals(TypedDict):
    """What became of the rows of a file."""

    import_id: str
    rows_in: int
    rows_accepted: int
    rows_rejected: int
    verdicts: dict[str, int]
