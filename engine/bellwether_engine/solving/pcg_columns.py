"""Preconditioned conjugate gradients for many right-hand sides at once: each pass over C serves all of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ..equations.equations import Equations
from ..equations.structure import Structure
from ..errors import NotConverged
from ..parallel.workers import Workers, even_pieces
from ..pedigree.pedigree_inverse import PedigreeInverse
from .absorbed_fixed import AbsorbedFixed, absorb_fixed
from .pcg import build_preconditioner
from .products import RowProduct

Matrix = NDArray[np.float64]
CELLS = 20_000_000
WIDEST = 16


class ColumnSolver:
    """``C^-1`` of the equations for many right-hand sides.

    Parameters
    ----------
    equations : Equations
    workers : Workers
    maximum_iterations : int

    Examples
    --------
    The equations of a model with one mean and one unrelated animal with the value 3:

    >>> from .. import Effect, Pedigree, Records, Variances
    >>> from ..equations.blocks import fixed_blocks, random_blocks
    >>> from ..equations.design import build_design
    >>> from ..equations.equations import build_equations
    >>> effects, pedigree = (Effect("animal", "additive"),), Pedigree([-1, -1], [-1, -1])
    >>> records, traits = Records([0, 1], [3.0, 1.0]), ("y",)
    >>> random, _ = random_blocks(effects, traits, records, pedigree)
    >>> design = build_design(fixed_blocks(effects, traits, records), random, records, Variances(1.0, additive=1.0))
    >>> equations = build_equations(design, np.zeros(1, bool), pedigree.a_inverse())
    >>> with Workers(1) as workers:
    ...     ColumnSolver(equations, workers).solve(equations.rhs[:, None], 1e-10).T.round(6)
    array([[ 2. ,  0.5, -0.5]])
    """

    def __init__(self, equations: Equations, workers: Workers, maximum_iterations: int = 5000) -> None:
        self._workers, self._maximum = workers, maximum_iterations
        absorbed = absorb_fixed(equations, workers)
        self._conditioner = ColumnPreconditioner(equations, workers, absorbed)
        self._product = ColumnProduct(equations, workers, absorbed)
        self._n = equations.n_equations

    @property
    def width(self) -> int:
        """Columns to solve at once: 16, fewer above 1.25 million equations."""
        return int(np.clip(CELLS // max(1, self._n), 2, WIDEST))

    def solve(self, rhs: Matrix, tolerance: float) -> Matrix:
        """``C^-1 rhs``, float64 of shape (n_equations, m).

        Parameters
        ----------
        rhs : float64, shape (n_equations, m)
        tolerance : float
            Largest relative residual of a column.

        Raises
        ------
        NotConverged
        """
        parts = [
            self._solve(np.array(rhs[:, first : first + self.width], order="C"), tolerance)
            for first in range(0, rhs.shape[1], self.width)
        ]
        return np.concatenate(parts, axis=1)

    def _solve(self, r: Matrix, tolerance: float) -> Matrix:
        x, limit = np.zeros_like(r), tolerance**2 * self._dots(r, r)
        self._product.settle(x, r)
        z = self._conditioner.apply(r)
        p, rz, norm = z.copy(), self._dots(r, z), self._dots(r, r)
        for _ in range(self._maximum):
            moving = norm > limit
            if not moving.any():
                return x
            q = self._product.conjugate(p)
            alpha = np.where(moving, rz / np.where(moving, self._dots(p, q), 1.0), 0.0)
            norm = self._advance(x, r, p, q, alpha)
            z = self._conditioner.apply(r)
            rz, before = self._dots(r, z), rz
            self._turn(p, z, np.where(moving, rz / np.where(moving, before, 1.0), 0.0))
        worst = float(np.sqrt((norm / np.maximum(limit, 1e-300)).max())) * tolerance
        message = f"after {self._maximum} iterations: relative residual {worst:.3g}"
        fix = "Raise maximum_iterations, or look for confounded effects and variances near 0"
        raise NotConverged("not_converged", message, place="options.maximum_iterations", fix=fix)

    def _dots(self, a: Matrix, b: Matrix) -> Matrix:
        """``a'b`` of each column, summed by piece."""
        found = self._workers.run(lambda first, last: _column_dots(a, b, first, last), even_pieces(len(a)))
        return np.asarray(np.sum(found, axis=0))

    def _advance(self, x: Matrix, r: Matrix, p: Matrix, q: Matrix, alpha: Matrix) -> Matrix:
        pieces = even_pieces(len(x))
        return np.asarray(
            np.sum(self._workers.run(lambda a, b: _column_advance(x, r, p, q, alpha, a, b), pieces), axis=0)
        )

    def _turn(self, p: Matrix, z: Matrix, beta: Matrix) -> None:
        self._workers.run(lambda first, last: _column_turn(p, z, beta, first, last), even_pieces(len(p)))


class ColumnProduct:
    """C times many columns, from W, R^-1 and the inverse relationships as matrices.

    Parameters
    ----------
    equations : Equations
    workers : Workers
    absorbed : AbsorbedFixed, optional
    """

    def __init__(self, equations: Equations, workers: Workers, absorbed: AbsorbedFixed | None = None) -> None:
        self._equations, self._absorbed = equations, absorbed
        self._w, self._residual, self._w_transposed = (
            RowProduct(matrix, workers) for matrix in (equations.w, equations.residual_inverse, equations.w_transposed)
        )
        self._n_observations = equations.w.shape[0]
        columns = np.empty(0, np.intp) if absorbed is None else absorbed.equations
        x = csr_array(equations.w[:, columns])
        self._x, self._x_transposed = RowProduct(x, workers), RowProduct(csr_array(x.T), workers)
        self._structure = _formed(equations.a_inverse)
        self._rows = RowProduct(self._structure, workers) if isinstance(self._structure, csr_array) else None

    def times(self, x: Matrix) -> Matrix:
        """C x, float64 of shape (n_equations, m)."""
        return self._free(x, lambda free: self._fitted(self._w, free))

    def conjugate(self, x: Matrix) -> Matrix:
        """The same after the absorbed effects in `x` have been set to what makes their own rows of C x zero."""
        absorbed = self._absorbed
        if absorbed is None:
            return self.times(x)
        at = absorbed.equations
        x[at] = 0.0

        def fitted(free: Matrix) -> Matrix:
            e = self._fitted(self._w, free)
            sums = np.zeros((len(at), x.shape[1]))
            self._x_transposed.add(e, sums)
            x[at] = -absorbed.solve(sums)
            return e + self._fitted(self._x, x[at])

        result = self._free(x, fitted)
        result[at] = 0.0
        return result

    def settle(self, x: Matrix, r: Matrix) -> None:
        """Change the absorbed effects in `x` to their solution given the others, and the residual `r` with them."""
        absorbed = self._absorbed
        if absorbed is None:
            return
        step = np.zeros_like(x)
        step[absorbed.equations] = absorbed.solve(r[absorbed.equations])
        x += step
        r -= self.times(step)
        r[absorbed.equations] = 0.0

    def _fitted(self, w: RowProduct, x: Matrix) -> Matrix:
        """``R^-1 W x``, (n_observations, m)."""
        fitted, e = np.zeros((2, self._n_observations, x.shape[1]))
        w.add(x, fitted)
        self._residual.add(fitted, e)
        return np.asarray(e)

    def _free(self, x: Matrix, fitted: Callable[[Matrix], Matrix]) -> Matrix:
        held = self._equations.held
        if held is None:
            return self._times(x, fitted)
        result = self._times(np.where(held[:, None], 0.0, x), fitted)
        result[held] = x[held]
        return result

    def _times(self, x: Matrix, fitted: Callable[[Matrix], Matrix]) -> Matrix:
        equations, result = self._equations, np.zeros(x.shape)
        self._w_transposed.add(fitted(x), result)
        for k, start in enumerate(equations.starts):
            block, precision = equations.design.random[k], equations.design.precision[k]
            own = slice(start, start + len(block.level) * len(precision))
            levels = _by_precision(x[own], precision)
            part = result[own].reshape(levels.shape)
            if not block.is_genetic:
                part += levels
            elif self._rows is not None:
                self._rows.add(levels, part)
            elif self._structure is not None:
                part += np.reshape(self._structure @ levels, part.shape)
        return result


def _formed(structure: Structure | None) -> Structure | None:
    """An inverse from a pedigree as a matrix; others as they are."""
    return structure.tocsr() if isinstance(structure, PedigreeInverse) else structure


def _by_precision(x: Matrix, precision: Matrix) -> Matrix:
    """The precision of the coefficients times each level: (n_levels, width m) from (n_levels width, m)."""
    width, m = len(precision), x.shape[1]
    if width == 1:
        return np.asarray(x * precision[0, 0])
    product = np.asarray(precision @ x.reshape(-1, width, m), dtype=np.float64)
    return np.reshape(product, (-1, width * m))


class ColumnPreconditioner:
    """The preconditioner of `pcg` for many columns, without the factor of the pedigree.

    Parameters
    ----------
    equations : Equations
    workers : Workers
    absorbed : AbsorbedFixed, optional
    """

    def __init__(self, equations: Equations, workers: Workers, absorbed: AbsorbedFixed | None = None) -> None:
        found = build_preconditioner(equations, workers, absorbed, by_level=True)
        self._workers, self._levels = workers, found.levels
        self._fixed_inverse = found.fixed_inverse[:, None]

    def apply(self, r: Matrix) -> Matrix:
        """M^-1 r, float64 of shape (n_equations, m)."""
        z, n_fixed = np.empty_like(r), len(self._fixed_inverse)
        z[:n_fixed] = r[:n_fixed] * self._fixed_inverse
        for start, blocks in self._levels:
            self._of_levels(blocks, *(v[start : start + blocks.shape[0] * blocks.shape[1]] for v in (r, z)))
        return z

    def _of_levels(self, blocks: Matrix, r: Matrix, z: Matrix) -> None:
        pieces = even_pieces(len(blocks))
        self._workers.run(lambda first, last: _block_columns(blocks, r, z, first, last), pieces)


@njit(cache=True, nogil=True)
def _block_columns(blocks: Matrix, r: Matrix, z: Matrix, first: int, last: int) -> None:
    size = blocks.shape[1]
    for n in range(first, last):
        for i in range(size):
            for c in range(r.shape[1]):
                z[n * size + i, c] = 0.0
            for j in range(size):
                for c in range(r.shape[1]):
                    z[n * size + i, c] += blocks[n, i, j] * r[n * size + j, c]


@njit(cache=True, nogil=True)
def _column_dots(a: Matrix, b: Matrix, first: int, last: int) -> Matrix:
    total = np.zeros(a.shape[1])
    for i in range(first, last):
        for c in range(a.shape[1]):
            total[c] += a[i, c] * b[i, c]
    return total


@njit(cache=True, nogil=True)
def _column_advance(x: Matrix, r: Matrix, p: Matrix, q: Matrix, alpha: Matrix, first: int, last: int) -> Matrix:
    total = np.zeros(x.shape[1])
    for i in range(first, last):
        for c in range(x.shape[1]):
            x[i, c] += alpha[c] * p[i, c]
            r[i, c] -= alpha[c] * q[i, c]
            total[c] += r[i, c] * r[i, c]
    return total


@njit(cache=True, nogil=True)
def _column_turn(p: Matrix, z: Matrix, beta: Matrix, first: int, last: int) -> None:
    for i in range(first, last):
        for c in range(p.shape[1]):
            p[i, c] = z[i, c] + beta[c] * p[i, c]
