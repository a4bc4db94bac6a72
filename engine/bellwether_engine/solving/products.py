"""The product C p of an iteration, by blocks of rows, without forming C."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ..equations.equations import Equations
from ..equations.record_product import RecordPart
from ..parallel.executor import Executor
from ..parallel.workers import Workers, balanced_pieces, even_pieces
from ..pedigree.pedigree_inverse import PedigreeInverse, PedigreeProduct
from .absorbed_fixed import AbsorbedFixed

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


class DataPart(Protocol):
    """The columns of some effects in ``R^-1 W`` and ``W'``."""

    shape: tuple[int, ...]

    def add_fitted(self, x: Vector, e: Vector) -> None:
        """``e += R^-1 W x`` for `x` (n_equations,) and `e` of `shape`."""

    def add_sums(self, e: Vector, result: Vector) -> None:
        """``result += W' e`` for `result` (n_equations,)."""


class EquationProduct:
    """C of the equations as an operator for many products.

    Parameters
    ----------
    equations : Equations
    executor : Executor
    absorbed : AbsorbedFixed, optional

    Notes
    -----
    ``C p = W' R^-1 W p + sum over random blocks (K^-1 (x) G^-1) p``; the rows of each factor are shared among the
    workers, so the answer has the same bits for any number of them (as long as a structure that is not a `csr_array`
    answers alike).
    """

    def __init__(self, equations: Equations, executor: Executor, absorbed: AbsorbedFixed | None = None) -> None:
        self._equations, self._absorbed = equations, absorbed
        self._others, self._fixed = _data_parts(equations, executor, absorbed)
        self._structure = _structure_product(equations, executor)

    def times(self, x: Vector) -> Vector:
        """C x in the coordinates of PCG, float64 of shape (n_equations,)."""
        return self._free(x, self._add_data)

    def conjugate(self, x: Vector) -> Vector:
        """The same after the absorbed effects in `x` have been set to what makes their own rows of C x zero."""
        return self._free(x, self._add_data if self._fixed is None else self._add_absorbed)

    def without_absorbed(self, r: Vector) -> Vector:
        """`r` with 0 at the absorbed effects."""
        rest = r.copy()
        if self._absorbed is not None:
            rest[self._absorbed.equations] = 0.0
        return rest

    def settle(self, x: Vector, r: Vector) -> Vector:
        """Change the absorbed effects in `x` to their solution given the others; the residual, of which `r` is the one
        before."""
        absorbed = self._absorbed
        if absorbed is None:
            return r.copy()
        step = np.zeros_like(x)
        step[absorbed.equations] = absorbed.solve(r[absorbed.equations])
        x += step
        return self.without_absorbed(r - self.times(step))

    def largest(self, x: Vector, scale: Vector) -> float:
        """The largest of the solutions that belong to x, in units of `scale`."""
        return float(np.max(np.abs(self._equations.expand(x)) / scale, initial=0.0))

    def _free(self, x: Vector, add_data: Callable[[Vector, Vector], None]) -> Vector:
        held = self._equations.held
        if held is None:
            return self._times(x, add_data)
        free = np.where(held, 0.0, x)
        result = self._times(free, add_data)
        result[held] = x[held]
        if self._absorbed is not None:
            x[self._absorbed.equations] = free[self._absorbed.equations]
        return result

    def _add_data(self, x: Vector, result: Vector) -> None:
        e = np.zeros(self._others.shape)
        for part in self._parts:
            part.add_fitted(x, e)
        for part in self._parts:
            part.add_sums(e, result)

    def _add_absorbed(self, x: Vector, result: Vector) -> None:
        absorbed, fixed = self._absorbed, self._fixed
        assert absorbed is not None
        assert fixed is not None
        e = np.zeros(self._others.shape)
        self._others.add_fitted(x, e)
        fixed.add_sums(e, result)
        x[absorbed.equations] = -absorbed.solve(result[absorbed.equations])
        fixed.add_fitted(x, e)
        self._others.add_sums(e, result)
        result[absorbed.equations] = 0.0

    @property
    def _parts(self) -> list[DataPart]:
        return [self._others] if self._fixed is None else [self._others, self._fixed]

    def _times(self, x: Vector, add_data: Callable[[Vector, Vector], None]) -> Vector:
        equations = self._equations
        expanded, result = equations.expand(x), np.zeros(len(x))
        add_data(expanded, result)
        if self._absorbed is not None:
            x[self._absorbed.equations] = expanded[self._absorbed.equations]
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


def _data_parts(
    equations: Equations, executor: Executor, absorbed: AbsorbedFixed | None
) -> tuple[DataPart, DataPart | None]:
    """The effects that are iterated on, and those that are absorbed."""
    layout = equations.records
    if layout is None:
        none = np.empty(0, np.intp) if absorbed is None else absorbed.equations
        others = FormedPart(equations, executor, without=none)
        return others, None if absorbed is None else FormedPart(equations, executor, of=none)
    chosen = () if absorbed is None else absorbed.terms
    rest = [k for k in range(len(layout.terms)) if k not in chosen]
    others_of_records = RecordPart(layout, equations.design, executor, rest)
    return others_of_records, RecordPart(layout, equations.design, executor, chosen) if chosen else None


class FormedPart:
    """``R^-1 W`` and ``W'`` from matrices, where they do not follow from the records.

    Parameters
    ----------
    equations : Equations
    executor : Executor
    of : intp, shape (m,), optional
        These columns alone.
    without : intp, shape (m,), optional
        All columns but these, which W keeps: x is 0 there.
    """

    def __init__(
        self,
        equations: Equations,
        executor: Executor,
        of: NDArray[np.intp] | None = None,
        without: NDArray[np.intp] | None = None,
    ) -> None:
        w = equations.w if of is None else csr_array(equations.w[:, of])
        self._of, self._without, self._n = of, without, w.shape[1]
        self._w = RowProduct(w, executor)
        self._w_transposed = RowProduct(equations.w_transposed if of is None else csr_array(w.T), executor)
        residual = equations.residual_inverse
        self._weight = residual.diagonal()
        self.shape: tuple[int, ...] = (len(self._weight), 1)
        is_diagonal = residual.nnz <= len(self._weight)
        self._residual = None if is_diagonal else RowProduct(residual, executor)

    def add_fitted(self, x: Vector, e: Vector) -> None:
        """``e += R^-1 W x`` for `x` (n_equations,) and `e` (n_observations, 1)."""
        own, fitted = x.copy() if self._of is None else x[self._of], np.zeros(self.shape)
        if self._without is not None:
            own[self._without] = 0.0
        self._w.add(own[:, None], fitted)
        if self._residual is None:
            e += fitted * self._weight[:, None]
        else:
            self._residual.add(fitted, e)

    def add_sums(self, e: Vector, result: Vector) -> None:
        """``result += W' e``."""
        sums = np.zeros((self._n, 1))
        self._w_transposed.add(e, sums)
        if self._without is not None:
            sums[self._without] = 0.0
        if self._of is None:
            result += sums[:, 0]
        else:
            result[self._of] += sums[:, 0]


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
