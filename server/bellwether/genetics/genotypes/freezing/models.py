"""Rows of this slice."""

from typing import NamedTuple
from uuid import UUID

from bellwether.genetics.genotypes.reading.models import KeptRow


class FrozenRow(NamedTuple):
    """Calls that a run takes: whose, which version, by which map, and their digest."""

    animal_id: UUID
    sample_id: UUID
    chip_id: int
    version: int
    sha256: str
    map_version: int


class StoredRow(NamedTuple):
    """Calls as they are stored."""

    kept: KeptRow
    sha256: str
