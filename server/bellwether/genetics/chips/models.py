"""Rows of this slice."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID


class ChipRow(NamedTuple):
    """A chip with its latest map."""

    id: int
    farm_id: UUID | None
    code: str
    name: str
    created_at: datetime
    map_version: int
    n_markers: int


class MapRow(NamedTuple):
    """One version of a map."""

    chip_id: int
    version: int
    assembly: str | None
    n_markers: int
    sha256: str
    file_name: str
    created_at: datetime


class MarkerRow(NamedTuple):
    """One marker of a map."""

    place: int
    name: str
    chromosome: str
    position: int
    counted: str
    other: str


class MarkerPlace(NamedTuple):
    """Where the calls of a marker are."""

    place: int
    chrom: int
    block: int
    at: int
    name: str
    position: int
    counted: str
    other: str
    written: str


class BreedRow(NamedTuple):
    """A breed."""

    code: str
    names: dict[str, str]
    origin: str | None
    purpose: list[str]


class AssemblyRow(NamedTuple):
    """An assembly of the genome."""

    code: str
    accession: str
    released_on: date | None
    note: str
