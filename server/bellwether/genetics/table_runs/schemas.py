"""What crosses the wire about evaluations of tables."""

from dataclasses import dataclass
from typing import TypedDict
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SentTables:
    """The parts of a form."""

    farm_id: UUID
    pedigree: bytes
    records: bytes
    model: bytes
    genotypes: UUID | None


class TablesRequest(TypedDict):
    """What the job is asked for, as plain JSON: digests by the names of tables."""

    inputs: dict[str, str]
    of_run_id: str | None
