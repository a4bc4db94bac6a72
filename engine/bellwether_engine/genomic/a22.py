"""The pedigree relationships of the genotyped animals, A22, and products with A22 and its inverse."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from ..a_inverse import build_a_inverse
from ..factor import Factor
from ..pedigree import Pedigree

Matrix = NDArray[np.float64]
COLUMNS = 64


class PedigreeBlock:
    """A22 of some animals; A22 and its inverse work on vectors without being formed.

    Only the animals and their ancestors are kept: A22 depends on nobody else.

    Parameters
    ----------
    pedigree : Pedigree
    animals : int32, shape (n_chosen,)
        Positions in the pedigree, each once.
    d : float64, shape (n_animals,)
        Mendelian sampling variances of the whole pedigree (`mendelian_variance`).

    References
    ----------
    Colleau 2002, Genet Sel Evol 34:409; Stranden et al. 2017, J Dairy Sci 100:3610;
    Masuda et al. 2017, J Anim Sci 95:49.

    Examples
    --------
    Two half sisters:

    >>> pedigree = Pedigree(sire=[-1, 0, 0], dam=[-1, -1, -1])
    >>> block = PedigreeBlock(pedigree, np.array([1, 2]), np.array([1.0, 0.75, 0.75]))
    >>> block.dense()
    array([[1.  , 0.25],
           [0.25, 1.  ]])
    >>> block.solve(block.product(np.array([1.0, 3.0]))).round(12)
    array([1., 3.])
    """

    def __init__(self, pedigree: Pedigree, animals: NDArray[np.int32], d: Matrix) -> None:
        kept = ancestors(pedigree.sire, pedigree.dam, pedigree.order, animals)
        place = np.full(pedigree.n_animals + 1, -1, np.int32)
        place[kept] = np.arange(len(kept), dtype=np.int32)
        self.sire, self.dam = place[pedigree.sire[kept]], place[pedigree.dam[kept]]
        self.d = d[kept]
        self.animals = place[animals]

    @property
    def n_animals(self) -> int:
        """Rows of A22."""
        return len(self.animals)

    def product(self, v: Matrix) -> Matrix:
        """A22 v, float64 of the shape of `v`: (n_chosen,) or (n_chosen, k)."""
        columns = v.reshape(self.n_animals, -1)
        full = np.zeros((len(self.d), columns.shape[1]))
        full[self.animals] = columns
        _relationship_product(self.sire, self.dam, self.d, full)
        return full[self.animals].reshape(v.shape)

    def solve(self, v: Matrix) -> Matrix:
        """A22-inverse times v: ``A^22 v - A^21 (A^11)^-1 A^12 v``."""
        (inside, across), others = self._parts, self._others
        first: Matrix = inside @ v
        if others is None:
            return first
        inner = across.T @ v
        solved = others.solve(np.ascontiguousarray(inner))
        return np.asarray(first - across @ solved)

    def dense(self) -> Matrix:
        """A22 in full, float64 of shape (n_chosen, n_chosen)."""
        n = self.n_animals
        a22 = np.empty((n, n))
        for k in range(0, n, COLUMNS):
            unit = np.zeros((n, min(COLUMNS, n - k)))
            unit[np.arange(k, k + unit.shape[1]), np.arange(unit.shape[1])] = 1.0
            a22[:, k : k + COLUMNS] = self.product(unit)
        return 0.5 * (a22 + a22.T)

    def diagonal(self) -> Matrix:
        """Diagonal of A22, float64 of shape (n_chosen,)."""
        n, diagonal = self.n_animals, np.empty(self.n_animals)
        for k in range(0, n, COLUMNS):
            unit = np.zeros((n, min(COLUMNS, n - k)))
            rows = np.arange(k, k + unit.shape[1])
            unit[rows, rows - k] = 1.0
            diagonal[rows] = self.product(unit)[rows, rows - k]
        return diagonal

    def inverse_diagonal(self) -> Matrix:
        """Roughly the diagonal of A22-inverse (A^11 taken as diagonal): good enough to precondition with."""
        inside, across = self._parts
        rough: Matrix = np.asarray(inside.diagonal())
        if self._others is None:
            return rough
        upper = across.multiply(across) @ (1.0 / self._rest_diagonal)
        return np.asarray(np.maximum(rough - upper, 0.1 * rough))

    @cached_property
    def _a_inverse(self) -> csr_array:
        return build_a_inverse(self.sire, self.dam, self.d)

    @cached_property
    def _rest(self) -> NDArray[np.intp]:
        is_chosen = np.zeros(len(self.d), dtype=bool)
        is_chosen[self.animals] = True
        return np.flatnonzero(~is_chosen)

    @cached_property
    def _rest_diagonal(self) -> Matrix:
        return np.asarray(self._a_inverse.diagonal()[self._rest])

    @cached_property
    def _parts(self) -> tuple[csr_array, csr_array]:
        rows = self._a_inverse[self.animals]
        return csr_array(rows[:, self.animals]), csr_array(rows[:, self._rest])

    @cached_property
    def _others(self) -> Factor | None:
        rest = self._rest
        return Factor(csc_array(self._a_inverse[rest][:, rest])) if len(rest) else None


def ancestors(
    sire: NDArray[np.int32], dam: NDArray[np.int32], order: NDArray[np.int32], animals: NDArray[np.int32]
) -> NDArray[np.int32]:
    """`animals` and all their ancestors, parents first: int32 positions.

    Examples
    --------
    >>> ancestors(np.array([-1, 0, 0]), np.array([-1, -1, -1]), np.array([0, 1, 2]), np.array([2]))
    array([0, 2])
    """
    wanted = np.zeros(len(sire), dtype=np.bool_)
    wanted[animals] = True
    _mark_ancestors(sire, dam, order, wanted)
    return order[wanted[order]]


@njit(cache=True)
def _mark_ancestors(
    sire: NDArray[np.int32], dam: NDArray[np.int32], order: NDArray[np.int32], wanted: NDArray[np.bool_]
) -> None:
    for k in range(len(order) - 1, -1, -1):
        i = order[k]
        if wanted[i]:
            if sire[i] >= 0:
                wanted[sire[i]] = True
            if dam[i] >= 0:
                wanted[dam[i]] = True


@njit(cache=True)
def _relationship_product(sire: NDArray[np.int32], dam: NDArray[np.int32], d: Matrix, v: Matrix) -> None:
    """Replace v by ``T D T' v``; parents stand before offspring."""
    n, width = v.shape
    for i in range(n - 1, -1, -1):
        for p in (sire[i], dam[i]):
            if p >= 0:
                for c in range(width):
                    v[p, c] += 0.5 * v[i, c]
    for i in range(n):
        for c in range(width):
            v[i, c] *= d[i]
        for p in (sire[i], dam[i]):
            if p >= 0:
                for c in range(width):
                    v[i, c] += 0.5 * v[p, c]
