"""Rows of this slice's tables."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple, TypedDict
from uuid import UUID

from bellwether.farm.imports.states import State
from bellwether.sheep.traits import Known


class FindingJson(TypedDict):
    """A fault or a warning of a row, as it is stored."""

    code: str
    field: str | None
    message: str
    fix: str


class NewBatch(TypedDict):
    """A file as it comes in; layout, options and told are JSON."""

    id: UUID
    farm_id: UUID
    flock_id: UUID
    kind: str
    file_name: str
    sha256: str
    size_bytes: int
    layout: str
    told: str
    options: str
    options_sha256: str
    state: State
    created_by: UUID | None


@dataclass(frozen=True, slots=True)
class Batch:
    """One file that was sent, and what became of its rows so far.

    Rows up to `taken_to` have met the herd in this run; `runs` counts how often the file was taken up, for a file whose
    rows were refused may come again. `survey` is what its format wants to know of the whole file before the first row,
    `memory` what one chunk of a run keeps for the next, `traits` what the farm can record.
    """

    id: UUID
    farm_id: UUID
    flock_id: UUID
    kind: str
    file_name: str
    sha256: str
    size_bytes: int
    layout: dict[str, object]
    told: list[str]
    options: dict[str, object]
    options_sha256: str
    state: State
    job_id: UUID | None
    taken_to: int
    runs: int
    rows_in: int
    rows_accepted: int
    rows_rejected: int
    verdicts: dict[str, int]
    faults: dict[str, int]
    warnings: dict[str, int]
    has_history: bool
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    undone_at: datetime | None
    survey: object = field(default=None, compare=False)
    memory: dict[type, object] = field(default_factory=dict, compare=False)
    traits: Known = field(default_factory=Known, compare=False)


class JudgedRow(NamedTuple):
    """One line of a file and what became of it."""

    row: int
    raw: str
    verdict: str
    is_accepted: bool
    animal_id: UUID | None
    field: str | None
    code: str | None
    message: str | None
    fix: str | None
    findings: list[FindingJson]


class NewRows(NamedTuple):
    """Rows that are new and of which nothing is said: number, text and animal of each, an id being 16 bytes."""

    numbers: Sequence[int] = ()
    raws: Sequence[str] = ()
    animals: bytes = b""


class Block(NamedTuple):
    """Some of them, packed."""

    first: int
    last: int
    n_rows: int
    content: bytes


class Judged(NamedTuple):
    """The lines of a chunk with their verdicts."""

    rows: list[JudgedRow]
    new: Sequence[Block] = ()

    @property
    def n_new(self) -> int:
        """How many are new and have nothing said of them."""
        return sum(block.n_rows for block in self.new)

    def __len__(self) -> int:
        return len(self.rows) + self.n_new


@dataclass(frozen=True, slots=True)
class FarmContext:
    """What a farm says of all its files."""

    weight_unit: Literal["kg", "lb"]
    time_zone: str
    import_headers: dict[str, str]


class Totals(TypedDict):
    """What became of the rows of a file: rows by verdict, and by code of their faults and warnings."""

    import_id: str
    state: State
    rows_in: int
    rows_accepted: int
    rows_rejected: int
    verdicts: dict[str, int]
    faults: dict[str, int]
    warnings: dict[str, int]
