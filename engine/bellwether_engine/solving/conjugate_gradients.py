"""The one loop of preconditioned conjugate gradients; who runs it brings the rule that ends it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..equations.equations import Equations
from ..parallel.executor import Executor
from ..parallel.workers import Workers, even_pieces
from .absorbed_fixed import absorb_fixed
from .preconditioner import Preconditioner, build_preconditioner
from .products import EquationProduct

Matrix = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class System:
    """Equations ready for iterations: the product with C, the preconditioner and the threads."""

    product: EquationProduct
    conditioner: Preconditioner
    workers: Workers

    @classmethod
    def of(
        cls, equations: Equations, workers: Workers, executor: Executor | None = None, *, by_level: bool = False
    ) -> System:
        """Absorb the fixed effects and place what the products need on the executor, by default the workers."""
        absorbed = absorb_fixed(equations, workers)
        product = EquationProduct(equations, executor or workers, absorbed)
        return cls(product, build_preconditioner(equations, workers, absorbed, by_level=by_level), workers)


class ConjugateGradients:
    """Iterations on ``C x = rhs`` for k right-hand sides at once: each pass over C serves all of them.

    Parameters
    ----------
    system : System
    x, r : float64, shape (n_equations, k)
        First solutions and their residuals, both changed by each step. The absorbed effects are settled
        (`EquationProduct.settle`).

    Attributes
    ----------
    norm : float64, shape (k,)
        ``r'r``.
    energy : float64, shape (k,)
        ``r' M^-1 r``, M the preconditioner: in units of the model, how far away the solution may be.
    z : float64, shape (n_equations, k)
        ``M^-1 r``.

    References
    ----------
    Hestenes and Stiefel 1952, J Res Nat Bur Stand 49:409; Golub and Van Loan 2013, Matrix Computations,
    section 11.5.
    """

    def __init__(self, system: System, x: Matrix, r: Matrix) -> None:
        self._system, self.x, self.r = system, x, r
        self.z = system.conditioner.apply(r)
        self._p = self.z.copy()
        self.energy, self.norm = dots(system.workers, r, self.z), dots(system.workers, r, r)

    def step(self, moving: Bools | None = None) -> Matrix:
        """One iteration of the columns that are `moving` (bool, shape (k,)), by default all; the energy (k,) by which
        each of them came nearer, ``alpha r'z``."""
        workers, p, before = self._system.workers, self._p, self.energy
        q = self._system.product.conjugate(p)
        alpha = _ratio(before, dots(workers, p, q), moving)
        self.norm = advance(workers, self.x, self.r, p, q, alpha)
        self.z = self._system.conditioner.apply(self.r)
        self.energy = dots(workers, self.r, self.z)
        turn(workers, p, self.z, _ratio(self.energy, before, moving))
        return np.asarray(alpha * before)


def _ratio(above: Matrix, below: Matrix, moving: Bools | None) -> Matrix:
    """``above / below``, 0 for columns that stand still."""
    if moving is None:
        return above / below
    return np.where(moving, above / np.where(moving, below, 1.0), 0.0)


def dots(workers: Workers, a: Matrix, b: Matrix) -> Matrix:
    """``a'b`` of each column, (k,), summed by piece.

    Examples
    --------
    >>> dots(Workers(1), np.ones((3, 2)), np.arange(6.0).reshape(3, 2))
    array([6., 9.])
    """
    return _summed(workers.run(lambda first, last: _dots(a, b, first, last), even_pieces(len(a))), a)


def advance(workers: Workers, x: Matrix, r: Matrix, p: Matrix, q: Matrix, alpha: Matrix) -> Matrix:
    """``x += alpha p``, ``r -= alpha q`` in each column; the new ``r'r``, (k,)."""
    pieces = even_pieces(len(x))
    return _summed(workers.run(lambda first, last: _advance(x, r, p, q, alpha, first, last), pieces), x)


def turn(workers: Workers, p: Matrix, z: Matrix, beta: Matrix) -> None:
    """``p <- z + beta p`` in each column."""
    workers.run(lambda first, last: _turn(p, z, beta, first, last), even_pieces(len(p)))


def _summed(found: list[Matrix], like: Matrix) -> Matrix:
    """The pieces of each column summed as if it were alone."""
    pieces = np.array(found).reshape(len(found), like.shape[1])
    return np.array([np.sum(np.ascontiguousarray(column)) for column in pieces.T])


@njit(cache=True, nogil=True)
def _dots(a: Matrix, b: Matrix, first: int, last: int) -> Matrix:
    """``sum_i a[i, c] b[i, c]`` over the rows of a piece, (k,)."""
    k = a.shape[1]
    total = np.zeros(k)
    # One column keeps its sum in a register: PCG for one right-hand side spends a tenth of its time here.
    if k == 1:
        alone = 0.0
        for i in range(first, last):
            alone += a[i, 0] * b[i, 0]
        total[0] = alone
        return total
    for i in range(first, last):
        for c in range(k):
            total[c] += a[i, c] * b[i, c]
    return total


@njit(cache=True, nogil=True)
def _advance(x: Matrix, r: Matrix, p: Matrix, q: Matrix, alpha: Matrix, first: int, last: int) -> Matrix:
    """``x += alpha p``, ``r -= alpha q`` in the rows of a piece, and ``r'r`` in the same pass, (k,)."""
    k = x.shape[1]
    total = np.zeros(k)
    if k == 1:
        alone, step = 0.0, alpha[0]
        for i in range(first, last):
            x[i, 0] += step * p[i, 0]
            r[i, 0] -= step * q[i, 0]
            alone += r[i, 0] * r[i, 0]
        total[0] = alone
        return total
    for i in range(first, last):
        for c in range(k):
            x[i, c] += alpha[c] * p[i, c]
            r[i, c] -= alpha[c] * q[i, c]
            total[c] += r[i, c] * r[i, c]
    return total


@njit(cache=True, nogil=True)
def _turn(p: Matrix, z: Matrix, beta: Matrix, first: int, last: int) -> None:
    """``p[i, c] = z[i, c] + beta[c] p[i, c]`` in the rows of a piece."""
    k = p.shape[1]
    if k == 1:
        share = beta[0]
        for i in range(first, last):
            p[i, 0] = z[i, 0] + share * p[i, 0]
        return
    for i in range(first, last):
        for c in range(k):
            p[i, c] = z[i, c] + beta[c] * p[i, c]
