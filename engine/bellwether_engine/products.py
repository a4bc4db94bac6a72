"""The product C p of an iteration, by blocks of rows, without forming C."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import csr_array

from .equations import Equations
from .executor import Executor
from .pedigree_inverse import PedigreeInverse, PedigreeProduct
from .record_product import RecordProduct
from .workers import Workers, balanced_pieces, even_pieces

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RowBlock:
    """Some rows of a sparse matrix, in its own memory.

    Attributes
    ----------
    pointers : int32 or int64, shape (n_rows + 1,)
        Where each row starts in the whole matrix.
    columns : int32 or int64, shape (n_entries,)
    values : float64, shape (n_entries,)
    """

    pointers: NDArray[np.int32]
    columns: NDArray[np.int32]
    values: Vector

    @classmethod
    def of(cls, matrix: csr_array, first: int, last: int) -> RowBlock:
        """Rows `first` to `last` (excluded)."""
        pointers = matrix.indptr[first : last + 1]
        part = slice(pointers[0], pointers[-1])
        return cls(pointers, matrix.indices[part], matrix.data[part])


def rows_times(block: RowBlock, v: Vector) -> Vector:
    """Rows of the matrix times `v` (m, k), float64 of shape (n_rows, k)."""
    kernel = _rows_times if v.shape[1] > 1 else _rows_times_one
    result: Vector = kernel(block.pointers, block.columns, block.values, v)
    return result


class RowProduct:
    """A sparse matrix times columns, its rows shared among the workers; each row is summed by one of them.

    Parameters
    ----------
    matrix : csr_array of float64, shape (n, m)
    executor : Executor
    """

    def __init__(self, matrix: csr_array, executor: Executor) -> None:
        self._executor, self._pieces = executor, balanced_pieces(matrix.indptr)
        self._placed = executor.place([RowBlock.of(matrix, *piece) for piece in self._pieces])

    def add(self, v: Vector, result: Vector) -> None:
        """``result += matrix v`` for `v` (m, k) and `result` (n, k), both in C order."""
        self._executor.add(rows_times, self._placed, v, [result[first:last] for first, last in self._pieces])


class EquationProduct:
    """C of the equations as an operator for many products.

    Parameters
    ----------
    equations : Equations
    executor : Executor

    Notes
    -----
    ``C p = W' R^-1 W p + sum over random blocks (K^-1 (x) G^-1) p``; the rows of each factor are shared among the
    workers, so the answer has the same bits for any number of them (as long as a structure that is not a `csr_array`
    answers alike).
    """

    def __init__(self, equations: Equations, executor: Executor) -> None:
        self._equations = equations
        layout = equations.records
        self._data: RecordProduct | FormedProduct = (
            FormedProduct(equations, executor) if layout is None else RecordProduct(layout, equations.design, executor)
        )
        self._structure = _structure_product(equations, executor)

    def times(self, x: Vector) -> Vector:
        """C x in the coordinates of PCG, float64 of shape (n_equations,)."""
        held = self._equations.held
        if held is None:
            return self._times(x)
        result = self._times(np.where(held, 0.0, x))
        result[held] = x[held]
        return result

    def largest(self, x: Vector, scale: Vector) -> float:
        """The largest of the solutions that belong to x, in units of `scale`."""
        return float(np.max(np.abs(self._equations.expand(x)) / scale, initial=0.0))

    def _times(self, x: Vector) -> Vector:
        equations = self._equations
        expanded, result = equations.expand(x), np.zeros(len(x))
        self._data.add(expanded, result)
        for k, start in enumerate(equations.starts):
            precision, block = equations.design.precision[k], equations.design.random[k]
            own = slice(start, start + len(block.level) * len(precision))
            levels, part = (v[own].reshape(-1, len(precision)) for v in (x, result))
            if block.is_genetic and isinstance(self._structure, PedigreeProduct):
                self._structure.add(levels, part)
                continue
            weighted = _weighted(levels, precision)
            if not block.is_genetic:
                part += weighted
            elif equations.reparametrised is not None:
                solutions = _weighted(expanded[own].reshape(levels.shape), precision)
                part[:] = equations.reparametrised.fold(weighted, solutions, part)
            elif self._structure is None:
                part += np.reshape(equations.relationship_inverse @ weighted, part.shape)
            else:
                self._structure.add(weighted, part)
        return result


def _weighted(levels: Vector, precision: NDArray[np.float64]) -> Vector:
    """Levels (n_levels, k) times the inverse covariances of their coefficients."""
    return levels * precision[0, 0] if len(precision) == 1 else np.asarray(_rows_by(levels, precision))


def _structure_product(equations: Equations, executor: Executor) -> PedigreeProduct | RowProduct | None:
    """The product with the inverse relationships, where it is shared among the workers."""
    structure = equations.a_inverse
    if isinstance(structure, csr_array):
        return RowProduct(structure, executor)
    if not isinstance(structure, PedigreeInverse):
        return None
    genetic = next(k for k, block in enumerate(equations.design.random) if block.is_genetic)
    return PedigreeProduct(structure, equations.design.precision[genetic], executor)


class FormedProduct:
    """``W' R^-1 W`` from matrices, where they do not follow from the records.

    Parameters
    ----------
    equations : Equations
    executor : Executor
    """

    def __init__(self, equations: Equations, executor: Executor) -> None:
        self._w = RowProduct(equations.w, executor)
        self._w_transposed = RowProduct(equations.w_transposed, executor)
        residual = equations.residual_inverse
        self._weight = residual.diagonal()
        is_diagonal = residual.nnz <= len(self._weight)
        self._residual = None if is_diagonal else RowProduct(residual, executor)

    def add(self, x: Vector, result: Vector) -> None:
        """``result += W' R^-1 W x``, both of shape (n_equations,)."""
        fitted = np.zeros((len(self._weight), 1))
        self._w.add(x[:, None], fitted)
        if self._residual is None:
            fitted *= self._weight[:, None]
        else:
            weighted = np.zeros_like(fitted)
            self._residual.add(fitted, weighted)
            fitted = weighted
        self._w_transposed.add(fitted, result[:, None])


class BlockProduct:
    """Small dense blocks times the levels of an effect.

    Parameters
    ----------
    blocks : float64, shape (n_levels, k, k)
    workers : Workers
    """

    def __init__(self, blocks: NDArray[np.float64], workers: Workers) -> None:
        self._blocks, self._workers = blocks, workers
        self._pieces = even_pieces(len(blocks))

    def into(self, r: Vector, z: Vector) -> None:
        """``z <- blocks r`` for `r` and `z` of shape (n_levels * k,)."""
        blocks = self._blocks
        self._workers.run(lambda first, last: _block_rows(blocks, r, z, first, last), self._pieces)


def invert_blocks(blocks: NDArray[np.float64], workers: Workers) -> None:
    """Replace small positive definite blocks (n_levels, k, k) by their inverses."""
    workers.run(lambda first, last: _invert_blocks(blocks, first, last), even_pieces(len(blocks)))


@njit(cache=True, nogil=True)
def _rows_by(levels: Vector, precision: NDArray[np.float64]) -> Vector:
    """``levels precision``, without BLAS: its threads would take the cores from the workers."""
    n, size = levels.shape
    result = np.zeros((n, size))
    for i in range(n):
        for a in range(size):
            for b in range(size):
                result[i, b] += levels[i, a] * precision[a, b]
    return result


@njit(cache=True, nogil=True)
def _rows_times_one(pointers: NDArray[np.int32], columns: NDArray[np.int32], values: Vector, v: Vector) -> Vector:
    result = np.empty((len(pointers) - 1, 1))
    for i in range(len(result)):
        total = 0.0
        for k in range(pointers[i] - pointers[0], pointers[i + 1] - pointers[0]):
            total += values[k] * v[columns[k], 0]
        result[i, 0] = total
    return result


@njit(cache=True, nogil=True)
def _rows_times(pointers: NDArray[np.int32], columns: NDArray[np.int32], values: Vector, v: Vector) -> Vector:
    result = np.zeros((len(pointers) - 1, v.shape[1]))
    for i in range(len(result)):
        for k in range(pointers[i] - pointers[0], pointers[i + 1] - pointers[0]):
            for c in range(v.shape[1]):
                result[i, c] += values[k] * v[columns[k], c]
    return result


@njit(cache=True, nogil=True)
def _invert_blocks(blocks: NDArray[np.float64], first: int, last: int) -> None:
    """Gauss-Jordan in place; the blocks are positive definite."""
    size = blocks.shape[1]
    for n in range(first, last):
        block = blocks[n]
        for i in range(size):
            pivot = 1.0 / block[i, i]
            block[i, i] = 1.0
            for j in range(size):
                block[i, j] *= pivot
            for k in range(size):
                if k != i:
                    factor = block[k, i]
                    block[k, i] = 0.0
                    for j in range(size):
                        block[k, j] -= factor * block[i, j]


@njit(cache=True, nogil=True)
def _block_rows(blocks: NDArray[np.float64], r: Vector, z: Vector, first: int, last: int) -> None:
    size = blocks.shape[1]
    for n in range(first, last):
        for i in range(size):
            total = 0.0
            for j in range(size):
                total += blocks[n, i, j] * r[n * size + j]
            z[n * size + i] = total
