"""Rows of this slice."""

from typing import NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray


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

    @property
    def key(self) -> bytes:
        """The sample and the version of its calls in 18 bytes."""
        return self.sample_id.bytes + self.version.to_bytes(2, "big")


class MarkerCalls(NamedTuple):
    """The calls of a marker, and for each its sample: `KeptRow.key`."""

    samples: list[bytes]
    codes: NDArray[np.int8]


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
