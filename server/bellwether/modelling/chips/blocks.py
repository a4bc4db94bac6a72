"""Calls at two bits, turned between rows of markers and rows of animals, and cut where chromosomes end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from bellwether_engine.genotypes import turn
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
#: a block stays within 2,000 bytes, so that PostgreSQL keeps it in its row
MOST = 7_680


@dataclass(frozen=True, slots=True)
class Block:
    """Markers `first` to `last` (excluded) of a map in its order, which one row of the database holds for an animal."""

    chromosome: int
    number: int
    first: int
    last: int

    @property
    def n_markers(self) -> int:
        """How many."""
        return self.last - self.first

    @property
    def n_bytes(self) -> int:
        """Bytes of their calls."""
        return (self.n_markers + 3) // 4


def blocks_of(chromosome: NDArray[np.int32]) -> list[Block]:
    """The blocks of a map whose markers stand by chromosome."""
    starts = np.flatnonzero(np.diff(chromosome, prepend=-1))
    ends = [*starts[1:].tolist(), len(chromosome)]
    return [
        Block(int(chromosome[start]), number, first, min(first + MOST, end))
        for start, end in zip(starts.tolist(), ends, strict=True)
        for number, first in enumerate(range(start, end, MOST))
    ]


def cut(data: Bytes, n_animals: int, block: Block) -> Bytes:
    """The calls of a block, an animal a row, of genotypes that stand marker by marker."""
    return turn(data[block.first : block.last], n_animals)


def codes_of(row: bytes, n_markers: int) -> Bytes:
    """The calls of one row, one byte each."""
    packed = np.frombuffer(row, dtype=np.uint8)
    shifts = np.array([0, 2, 4, 6], dtype=np.uint8)
    return ((packed[:, None] >> shifts) & np.uint8(3)).reshape(-1)[:n_markers]
