"""The map of a chip: its markers by chromosome and position, with the place that each had in the file."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from bellwether_engine.genotypes import Markers
from numpy.typing import NDArray

from bellwether.modelling.chips.blocks import Block, blocks_of


@dataclass(frozen=True, eq=False)
class MarkerMap:
    """Markers by chromosome, position and place in the file.

    `written` are chromosomes and `cm` genetic positions as the file writes them, `ordinal` the place of each marker in
    it: with them the map is written again as it was. `counted` is empty where an allele is not known.
    """

    markers: Markers
    written: Sequence[str]
    cm: Sequence[str]
    ordinal: NDArray[np.int32]

    @classmethod
    def of(cls, markers: Markers, written: Sequence[str], cm: Sequence[str] | None = None) -> MarkerMap:
        """From markers in the order of a file."""
        order = np.lexsort((np.arange(len(markers.name)), markers.position_bp, markers.chromosome)).astype(np.int32)
        sorted_markers = Markers(
            markers.name[order],
            markers.chromosome[order],
            markers.position_bp[order],
            counted=markers.counted[order],
            other=markers.other[order],
        )
        given = ["0"] * len(order) if cm is None else cm
        return cls(sorted_markers, [written[i] for i in order], [given[i] for i in order], order)

    def __len__(self) -> int:
        return len(self.ordinal)

    @cached_property
    def blocks(self) -> list[Block]:
        """What one row of the database holds of an animal."""
        return blocks_of(self.markers.chromosome)

    @cached_property
    def places(self) -> dict[str, int]:
        """Place of each marker by its name."""
        return {name: place for place, name in enumerate(self.markers.name.tolist())}

    @property
    def in_file_order(self) -> NDArray[np.int64]:
        """Places of the markers in the order of the file."""
        return np.argsort(self.ordinal)

    def digest(self) -> str:
        """SHA-256 of all that the map says, the same for the same map from another kind of file."""
        found = self.markers
        rows = zip(
            found.name.tolist(),
            found.chromosome.tolist(),
            found.position_bp.tolist(),
            found.counted.tolist(),
            found.other.tolist(),
            strict=True,
        )
        text = "\n".join("\t".join(map(str, row)) for row in rows)
        return hashlib.sha256(text.encode()).hexdigest()
