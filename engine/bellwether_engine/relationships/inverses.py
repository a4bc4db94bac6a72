"""Inverses of the G in the model: formed, by its low rank (ssGTBLUP), or from a core (APY)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, get_lapack_funcs, lu_factor, lu_solve

from ..errors import ModelError
from ..linear.symmetric import mirror
from ..pedigree.subset import RelationshipBlock
from .blending import Tuning
from .centred import Centred
from .loadings import Loadings

Matrix = NDArray[np.float64]
MARKER_LIMIT = 20_000
TILE = 256


class Among(Protocol):
    """A symmetric matrix among the genotyped animals."""

    def product(self, v: Matrix) -> Matrix:
        """The matrix times v, of shape (n_genotyped, k)."""

    def diagonal(self) -> Matrix:
        """The diagonal, or an approximation, (n_genotyped,)."""

    def dense(self) -> Matrix:
        """In full, (n_genotyped, n_genotyped)."""


class GenomicInverse(ABC):
    """G_w^-1, the inverse of the G in the model, among the genotyped animals."""

    @abstractmethod
    def product(self, v: Matrix) -> Matrix:
        """G_w^-1 times v, of shape (n_genotyped, k)."""

    @abstractmethod
    def diagonal(self) -> Matrix:
        """The diagonal, or an approximation, (n_genotyped,)."""

    @abstractmethod
    def dense(self) -> Matrix:
        """In full, (n_genotyped, n_genotyped)."""

    def less(self, block: RelationshipBlock) -> Among:
        """``G_w^-1 - A22^-1``, what single-step adds to A^-1; `block` is A22."""
        return Difference(self, block)


class Difference:
    """``G_w^-1 - A22^-1`` of a G_w^-1 that is not formed."""

    def __init__(self, inverse: GenomicInverse, block: RelationshipBlock) -> None:
        self._inverse, self._block = inverse, block

    def product(self, v: Matrix) -> Matrix:
        """The difference times v."""
        return np.asarray(self._inverse.product(v) - self._block.solve(v))

    def diagonal(self) -> Matrix:
        """Roughly its diagonal."""
        return np.asarray(self._inverse.diagonal() - self._block.inverse_diagonal())

    def dense(self) -> Matrix:
        """The whole matrix."""
        return np.asarray(self._inverse.dense() - invert(self._block.dense()))


class Formed(GenomicInverse):
    """A matrix among the genotyped animals: G_w-inverse, or ``G_w^-1 - A22^-1``."""

    def __init__(self, inverse: Matrix) -> None:
        self._inverse = inverse

    def product(self, v: Matrix) -> Matrix:
        """The matrix times v."""
        return np.asarray(self._inverse @ v)

    def diagonal(self) -> Matrix:
        """Its diagonal."""
        return np.asarray(self._inverse.diagonal())

    def dense(self) -> Matrix:
        """The matrix."""
        return self._inverse


class Recovered(GenomicInverse):
    """G_w-inverse where only ``G_w^-1 - A22^-1`` is kept."""

    def __init__(self, difference: Formed, block: RelationshipBlock) -> None:
        self._difference, self._block = difference, block

    def product(self, v: Matrix) -> Matrix:
        """G_w-inverse times v."""
        return np.asarray(self._difference.product(v) + self._block.solve(v))

    def diagonal(self) -> Matrix:
        """Roughly its diagonal."""
        return np.asarray(self._difference.diagonal() + self._block.inverse_diagonal())

    def dense(self) -> Matrix:
        """The whole matrix."""
        return self.product(np.eye(self._block.n_animals))

    def less(self, _block: RelationshipBlock) -> Among:
        """``G_w^-1 - A22^-1``, the part that is kept."""
        return self._difference


def invert(matrix: Matrix, *, in_place: bool = False) -> Matrix:
    """Inverse of a positive definite relationship matrix, by Cholesky.

    Parameters
    ----------
    matrix : float64, shape (n, n)
        In C order; with `in_place` the inverse takes its place, and no second matrix is made.

    Raises
    ------
    ModelError
        ``singular_g``: duplicates, more animals than markers, or frequencies of the same animals.

    Examples
    --------
    >>> invert(np.array([[2.0, 0.0], [0.0, 4.0]]))
    array([[0.5 , 0.  ],
           [0.  , 0.25]])
    """
    own = matrix if in_place else matrix.copy()
    level = float(np.mean(np.diag(own)))
    potrf, potri = get_lapack_funcs(("potrf", "potri"), (own,))
    factor, failed = potrf(own.T, lower=1, clean=0, overwrite_a=1)
    if failed or (np.diag(factor) ** 2).min() <= 1e-10 * level:
        raise singular()
    inverse, _ = potri(factor, lower=1, overwrite_c=1)
    return mirror(inverse.T)


def singular() -> ModelError:
    """The refusal of a G that has no inverse."""
    message = (
        "G has no inverse: frequencies of the same animals (always so), more animals than markers, a genotype twice, "
        "or a shift by tuning that is too large"
    )
    fix = "Set blend = 0.05 or ridge = 0.01, leave duplicates out, or use snpblup"
    return ModelError("singular_g", message, place="genomic.method", fix=fix)


class LowRank(GenomicInverse):
    """ssGTBLUP: ``G_w^-1 v = C v / beta - C Z (S + Z' C Z / beta)^-1 Z' C v / beta^2`` with C = A22-inverse.

    Z holds the markers, scaled by blending and tuning, and one column for the shift of the tuning; S is 1 on the
    diagonal (-1 for a shift below 0). A22-inverse and G are never formed; the factor has (n_markers + 1)^2 numbers.

    Raises
    ------
    ModelError
        ``too_large`` above 20,000 markers (3.2 GB).

    References
    ----------
    Mantysaari et al. 2017, J Anim Sci 95:4728.
    """

    def __init__(self, z: Centred, block: RelationshipBlock, tuning: Tuning) -> None:
        if z.n_markers > MARKER_LIMIT:
            message = f"{z.n_markers:,} markers are above the limit of {MARKER_LIMIT:,} for ssgtblup"
            raise ModelError("too_large", message, place="genomic.method", fix="Use sssnpblup or apy")
        self.loadings = Loadings(z, tuning)
        self.block = block
        self.beta = tuning.beta * tuning.factor
        inner = self._inner()
        self._cholesky = cho_factor(inner) if tuning.shift >= 0 else None
        self._factor = lu_factor(inner) if tuning.shift < 0 else None
        if tuning.shift < 0 and inner[-1, -1] >= inner[-1, :-1] @ np.linalg.solve(inner[:-1, :-1], inner[:-1, -1]):
            raise singular()

    def _inner(self) -> Matrix:
        loadings, m = self.loadings, self.loadings.n_columns
        inner = np.empty((m, m))
        for first in range(0, m, TILE):
            solved = self.block.solve(loadings.decode(first, first + TILE))
            inner[:, first : first + TILE] = loadings.dense_transposed_product(solved) / self.beta
        inner[np.diag_indices(m)] += loadings.sign
        return 0.5 * (inner + inner.T)

    def product(self, v: Matrix) -> Matrix:
        """G_w-inverse times v."""
        first = self.block.solve(v)
        right = self.loadings.transposed_product(first)
        effects = cho_solve(self._cholesky, right) if self._cholesky is not None else lu_solve(self._factor, right)
        return np.asarray(first - self.block.solve(self.loadings.product(effects)) / self.beta) / self.beta

    def diagonal(self) -> Matrix:
        """Roughly: A22-inverse's over beta."""
        return np.asarray(self.block.inverse_diagonal() / self.beta)

    def dense(self) -> Matrix:
        """The whole matrix."""
        inverse = self.product(np.eye(self.block.n_animals))
        return 0.5 * (inverse + inverse.T)
