"""Calls at two bits, turned between rows of markers and rows of animals, and cut where chromosomes end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
PAD = 0xFF
#: a block stays within 2,000 bytes, so that PostgreSQL keeps it in its row
MOST = 7_680
STEP = 4_096


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


def turn(data: Bytes, n_columns: int) -> Bytes:
    """Rows become columns: uint8 (n, ceil(m / 4)) of m = `n_columns` calls a row to uint8 (m, ceil(n / 4)).

    Low bits first; places beyond the last call hold 3, as in `PackedGenotypes`.
    """
    n_rows = len(data)
    wide = -(-n_rows // 4)
    out = np.full((4 * -(-n_columns // 4), wide), PAD, dtype=np.uint8)
    for start in range(0, n_rows, STEP):
        part = data[start : start + STEP]
        fours = np.full((4 * -(-len(part) // 4), part.shape[1]), PAD, dtype=np.uint8)
        fours[: len(part)] = part
        piece = fours.reshape(-1, 4, part.shape[1])
        place = slice(start // 4, start // 4 + len(piece))
        for k in range(4):
            calls = (piece >> (2 * k)) & 3
            out[k::4, place] = (calls[:, 0] | calls[:, 1] << 2 | calls[:, 2] << 4 | calls[:, 3] << 6).T
    return out[:n_columns]


def cut(data: Bytes, n_animals: int, block: Block) -> Bytes:
    """The calls of a block, an animal a row, of genotypes that stand marker by marker."""
    return turn(data[block.first : block.last], n_animals)


def codes_of(row: bytes, n_markers: int) -> Bytes:
    """The calls of one row, one byte each."""
    packed = np.frombuffer(row, dtype=np.uint8)
    shifts = np.array([0, 2, 4, 6], dtype=np.uint8)
    return ((packed[:, None] >> shifts) & np.uint8(3)).reshape(-1)[:n_markers]
