"""A sparse matrix times columns, its rows shared among the workers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import csr_array

from .executor import Executor
from .workers import balanced_pieces

Matrix = NDArray[np.float64]


class RowBlock(NamedTuple):
    """Some rows of a sparse matrix.

    Attributes
    ----------
    pointers : int32 or int64, shape (n_rows + 1,)
        Where each row starts in the whole matrix.
    columns : int32 or int64, shape (n_entries,)
    values : float64, shape (n_entries,)
    """

    pointers: NDArray[np.int32]
    columns: NDArray[np.int32]
    values: Matrix

    @classmethod
    def of(cls, matrix: csr_array, first: int, last: int) -> RowBlock:
        """Rows `first` to `last` (excluded)."""
        pointers = matrix.indptr[first : last + 1]
        part = slice(pointers[0], pointers[-1])
        return cls(pointers, matrix.indices[part], matrix.data[part])


def rows_times(block: RowBlock, v: Matrix) -> Matrix:
    """Rows of the matrix times `v` (m, k), float64 of shape (n_rows, k)."""
    result: Matrix = _rows_times(block, v)
    return result


class RowProduct:
    """A sparse matrix that is multiplied many times; each row is summed by one worker.

    Parameters
    ----------
    matrix : csr_array of float64, shape (n, m)
    executor : Executor
    """

    def __init__(self, matrix: csr_array, executor: Executor) -> None:
        self._executor, self._pieces = executor, balanced_pieces(matrix.indptr)
        self._placed = executor.place([RowBlock.of(matrix, *piece) for piece in self._pieces])

    def times(self, v: Matrix) -> Matrix:
        """``matrix v``, float64 of shape (n, k), for `v` (m, k) in C order."""
        result = np.zeros((self._pieces[-1][1] if self._pieces else 0, v.shape[1]))
        self.add(v, result)
        return result

    def add(self, v: Matrix, result: Matrix) -> None:
        """``result += matrix v`` for `v` (m, k) and `result` (n, k), both in C order."""
        self._executor.add(rows_times, self._placed, v, [result[first:last] for first, last in self._pieces])


@njit(cache=True, nogil=True)
def _rows_times(block: RowBlock, v: Matrix) -> Matrix:
    """``result[i, c] = sum_j matrix[i, j] v[j, c]`` over the entries of each row, (n_rows, k)."""
    pointers, columns, values = block.pointers, block.columns, block.values
    n, k, before = len(pointers) - 1, v.shape[1], pointers[0]
    result = np.empty((n, k))
    # One column keeps its sum in a register, twice as fast as in memory; the order of the sum is the same.
    if k == 1:
        for i in range(n):
            total = 0.0
            for q in range(pointers[i] - before, pointers[i + 1] - before):
                total += values[q] * v[columns[q], 0]
            result[i, 0] = total
        return result
    result[:] = 0.0
    for i in range(n):
        for q in range(pointers[i] - before, pointers[i + 1] - before):
            for c in range(k):
                result[i, c] += values[q] * v[columns[q], c]
    return result
