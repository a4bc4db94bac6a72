"""The product C p of an iteration, by threads, without forming C."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import csr_array

from .equations import Equations
from .workers import Workers, balanced_pieces, even_pieces

Vector = NDArray[np.float64]


class RowProduct:
    """A sparse matrix times columns, rows shared among threads; each row is summed by one of them.

    Parameters
    ----------
    matrix : csr_array of float64, shape (n, m)
    workers : Workers
    """

    def __init__(self, matrix: csr_array, workers: Workers) -> None:
        self._matrix, self._workers = matrix, workers
        self._pieces = balanced_pieces(matrix.indptr)

    def add(self, v: Vector, result: Vector) -> None:
        """``result += matrix v`` for `v` (m, k) and `result` (n, k), both in C order."""
        m = self._matrix
        kernel = _add_rows if v.shape[1] > 1 else _add_rows_of_one
        self._workers.run(lambda a, b: kernel(m.indptr, m.indices, m.data, v, result, a, b), self._pieces)


class EquationProduct:
    """C of the equations as an operator for many products.

    Parameters
    ----------
    equations : Equations
    workers : Workers

    Notes
    -----
    ``C p = W' R^-1 W p + sum over random blocks (K^-1 (x) G^-1) p``; the rows of each factor are shared among the
    threads, so the answer has the same bits for any number of them (as long as a structure that is not a `csr_array`
    answers alike).
    """

    def __init__(self, equations: Equations, workers: Workers) -> None:
        self._equations, self._workers = equations, workers
        self._w = RowProduct(equations.w, workers)
        self._w_transposed = RowProduct(equations.w_transposed, workers)
        residual = equations.residual_inverse
        diagonal = residual.diagonal()
        self._is_diagonal = residual.nnz <= len(diagonal)
        self._weight = diagonal
        self._residual = None if self._is_diagonal else RowProduct(residual, workers)
        structure = equations.a_inverse
        self._structure = RowProduct(structure, workers) if isinstance(structure, csr_array) else None

    def times(self, x: Vector) -> Vector:
        """C x, float64 of shape (n_equations,)."""
        held = self._equations.held
        if held is None:
            return self._times(x)
        result = self._times(np.where(held, 0.0, x))
        result[held] = x[held]
        return result

    def _times(self, x: Vector) -> Vector:
        equations = self._equations
        fitted = np.zeros((len(self._weight), 1))
        self._w.add(x[:, None], fitted)
        if self._residual is None:
            fitted *= self._weight[:, None]
        else:
            weighted = np.zeros_like(fitted)
            self._residual.add(fitted, weighted)
            fitted = weighted
        result = np.zeros((len(x), 1))
        self._w_transposed.add(fitted, result)
        for k, start in enumerate(equations.starts):
            precision = equations.design.precision[k]
            width = len(precision)
            size = len(equations.design.random[k].level) * width
            levels = x[start : start + size].reshape(-1, width)
            levels = levels * precision[0, 0] if width == 1 else levels @ precision
            part = result[start : start + size].reshape(-1, width)
            if not equations.design.random[k].is_genetic:
                part += levels
            elif self._structure is None:
                part += np.reshape(equations.relationship_inverse @ levels, part.shape)
            else:
                self._structure.add(levels, part)
        return result[:, 0]


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


@njit(cache=True, nogil=True)
def _add_rows_of_one(
    pointers: NDArray[np.int32],
    columns: NDArray[np.int32],
    values: Vector,
    v: Vector,
    result: Vector,
    first: int,
    last: int,
) -> None:
    for i in range(first, last):
        total = 0.0
        for k in range(pointers[i], pointers[i + 1]):
            total += values[k] * v[columns[k], 0]
        result[i, 0] += total


@njit(cache=True, nogil=True)
def _add_rows(
    pointers: NDArray[np.int32],
    columns: NDArray[np.int32],
    values: Vector,
    v: Vector,
    result: Vector,
    first: int,
    last: int,
) -> None:
    for i in range(first, last):
        for k in range(pointers[i], pointers[i + 1]):
            for c in range(v.shape[1]):
                result[i, c] += values[k] * v[columns[k], c]


@njit(cache=True, nogil=True)
def _block_rows(blocks: NDArray[np.float64], r: Vector, z: Vector, first: int, last: int) -> None:
    size = blocks.shape[1]
    for n in range(first, last):
        for i in range(size):
            total = 0.0
            for j in range(size):
                total += blocks[n, i, j] * r[n * size + j]
            z[n * size + i] = total
