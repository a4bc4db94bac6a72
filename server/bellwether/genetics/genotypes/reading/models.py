"""Rows of this slice."""

from typing import NamedTuple
from uuid import UUID


class KeptRow(NamedTuple):
    """The sample that counts for an animal on a chip."""

    sample_id: UUID
    animal_id: UUID
    name: str
    version: int
    map_version: int
    farm_id: UUID
    chip_id: int
    import_id: UUID
    import_row: int
    has_dosages: bool


class MarkerCall(NamedTuple):
    """The call of a marker in one sample, whose id comes as its 16 bytes."""

    sample: bytes
    version: int
    code: int


class GroupRow(NamedTuple):
    """The group of an animal."""

    animal_id: UUID
    name: str | None


class DeviationRow(NamedTuple):
    """What the dosages of a block are above their nearest calls, as float32."""

    sample_id: UUID
    version: int
    chrom: int
    block: int
    content: bytes
