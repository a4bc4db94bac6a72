"""Z v and Z' v by ranges of animals: what a worker holds and does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..genotypes.packed import PackedGenotypes

BLOCK_BYTES = 512
MOST_BLOCKS = 64
CACHED_BYTES = 512
ONE, TWO = np.uint8(1), np.uint8(2)
Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class AnimalBlock:
    """The genotypes of some animals, as they stand in the packed genotypes of all.

    Attributes
    ----------
    data : uint8, shape (n_markers, n_bytes)
    table : float64, shape (n_markers, 4)
        The number that each code stands for.
    bytes : tuple of int
        First and last (excluded) column of `data` that belongs to these animals.
    animals : tuple of int
        First and last (excluded) of these animals.
    """

    data: NDArray[np.uint8]
    table: Matrix
    bytes: tuple[int, int]
    animals: tuple[int, int]

    def __reduce__(self) -> tuple[Any, ...]:
        """To another process goes the part that belongs to these animals."""
        own = np.ascontiguousarray(self.data[:, slice(*self.bytes)])
        return AnimalBlock, (own, self.table, (0, own.shape[1]), self.animals)


def animal_blocks(packed: PackedGenotypes, table: Matrix) -> list[AnimalBlock]:
    """All animals in blocks of 2,048, or 64 blocks where there are more animals.

    Examples
    --------
    >>> from bellwether_engine.genotypes import pack
    >>> [block.animals for block in animal_blocks(pack(np.zeros((2500, 1), int)), np.zeros((1, 4)))]
    [(0, 2048), (2048, 2500)]
    """
    wide, n = packed.data.shape[1], packed.n_animals
    step = max(BLOCK_BYTES, -(-wide // MOST_BLOCKS))
    ranges = [(first, min(wide, first + step)) for first in range(0, wide, step)]
    return [AnimalBlock(packed.data, table, (a, b), (4 * a, min(n, 4 * b))) for a, b in ranges]


def times(block: AnimalBlock, v: Matrix) -> Matrix:
    """Rows of Z v: float64 of shape (block's animals,) or (.., k) from `v` of shape (n_markers,) or (n_markers, k)."""
    size = block.animals[1] - block.animals[0]
    return _by_column(lambda column: _times(block.data, block.table, column, *block.bytes)[:size], v)


def transposed_times(block: AnimalBlock, v: Matrix) -> Matrix:
    """The block's part of Z' v: float64 of shape (n_markers,) or (n_markers, k) from the `v` of all animals."""
    first, last = block.bytes
    padded = np.zeros((4 * (last - first), *v.shape[1:]))
    own = v[slice(*block.animals)]
    padded[: len(own)] = own
    return _by_column(lambda column: _transposed_times(block.data, block.table, column, first, last), padded)


def sum_in_order(parts: Sequence[Matrix]) -> Matrix:
    """Partial sums added from the first to the last."""
    total = parts[0].copy()
    for part in parts[1:]:
        total += part
    return total


def _by_column(product: Callable[[Matrix], Matrix], v: Matrix) -> Matrix:
    if v.ndim == 1:
        return product(np.ascontiguousarray(v))
    return np.column_stack([product(np.ascontiguousarray(v[:, k])) for k in range(v.shape[1])])


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _times(data: NDArray[np.uint8], table: Matrix, v: Matrix, first: int, last: int) -> Matrix:
    """``out_i = sum_j table[j, code_ij] v_j`` of the animals of the bytes `first` to `last`, (4 n_bytes,)."""
    # A part of the animals at a time, so that their sums stay in the cache while all markers pass; one of the four
    # animals of every byte after the other, in a loop that the compiler turns into vectors.
    out = np.zeros((4, last - first))
    for start in range(0, last - first, CACHED_BYTES):
        end = min(last - first, start + CACHED_BYTES)
        for j in range(data.shape[0]):
            t0, t1, t2, t3 = table[j, 0] * v[j], table[j, 1] * v[j], table[j, 2] * v[j], table[j, 3] * v[j]
            row = data[j, first + start : first + end]
            for k in range(4):
                own, shift = out[k, start:end], np.uint8(2 * k)
                for b in range(end - start):
                    code = row[b] >> shift
                    few = t1 if code & ONE else t0
                    many = t3 if code & ONE else t2
                    own[b] += many if code & TWO else few
    return out.T.copy().ravel()


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _transposed_times(data: NDArray[np.uint8], table: Matrix, v: Matrix, first: int, last: int) -> Matrix:
    """``out_j = sum_i table[j, code_ij] v_i`` over the animals of the bytes `first` to `last`, (n_markers,)."""
    # v of the first animals of all bytes, then of the second ones ...: neighbours in memory, for vectors.
    planes, out = v.reshape(-1, 4).T.copy(), np.empty(data.shape[0])
    for j in range(data.shape[0]):
        t0, t1, t2, t3 = table[j, 0], table[j, 1], table[j, 2], table[j, 3]
        row, total = data[j, first:last], 0.0
        for k in range(4):
            own, shift, part = planes[k], np.uint8(2 * k), 0.0
            for b in range(last - first):
                code = row[b] >> shift
                few = t1 if code & ONE else t0
                many = t3 if code & ONE else t2
                part += (many if code & TWO else few) * own[b]
            total += part
        out[j] = total
    return out
