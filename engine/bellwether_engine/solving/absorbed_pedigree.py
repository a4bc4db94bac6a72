"""A preconditioner that knows the pedigree: the factor of A-inverse, with the information of progeny absorbed."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.linalg import eigh

from ..parallel.workers import Workers, even_pieces, singles
from ..pedigree.structure import PedigreeFactor

Matrix = NDArray[np.float64]


class AbsorbedPedigree:
    """An approximate inverse of ``A^-1 (x) G^-1 + diag(B_i)``, B_i the information in the data about animal i.

    With ``Q' G^-1 Q = I`` and ``Q' mean(B) Q`` diagonal the coefficients are taken one by one; off the diagonal of
    ``Q' B_i Q`` little is left. For each of them ``A^-1 = (I - P)' D^-1 (I - P)`` is eliminated from the youngest
    animal to the oldest, and an animal with information e passes ``e / (4 (1 + d e))`` to each of its parents. What it
    says of both of them together is left out, so that the factor has the places of ``I - P``: one number for each
    animal, ``1 / (1 + d e)``. It is positive definite whatever the data. Without data it is A itself (Henderson 1976);
    where only one parent is known it is exact; else it is an incomplete factor.

    Parameters
    ----------
    inverse : PedigreeFactor
        Without groups.
    precision : float64, shape (k, k)
        G^-1 of the coefficients.
    information : float64, shape (n_animals, k, k)
        B.
    workers : Workers

    References
    ----------
    Henderson 1976, Biometrics 32:69; Meijerink and van der Vorst 1977, Math Comp 31:148 (incomplete factors).

    Examples
    --------
    >>> from ..pedigree.pedigree import Pedigree
    >>> from ..pedigree.pedigree_inverse import PedigreeInverse
    >>> inverse = PedigreeInverse.of(Pedigree([-1, -1, 0], [-1, -1, -1]), None)
    >>> absorbed = AbsorbedPedigree(inverse, np.eye(1), np.ones((3, 1, 1)), Workers(1))
    >>> z = np.empty((3, 1))
    >>> absorbed.into(np.array([[1.0], [0.0], [0.0]]), z)
    >>> expected = np.linalg.inv(inverse.tocsr().toarray() + np.eye(3))[:, :1]
    >>> bool(np.abs(z - expected).max() < 1e-12)
    True
    """

    def __init__(self, inverse: PedigreeFactor, precision: Matrix, information: Matrix, workers: Workers) -> None:
        self._order, self._sire, self._dam, self._d = inverse.order, inverse.sire, inverse.dam, inverse.d
        self._workers, self._size = workers, len(precision)
        _scale, q = eigh(information.mean(axis=0), precision)
        self._q = np.ascontiguousarray(q)
        self._kept = np.empty((self._size, len(information)))
        for k, column in enumerate(self._q.T):
            self._kept[k] = np.maximum((information @ column) @ column, 0.0)
        workers.run(self._absorb, singles(self._size))

    def into(self, r: Matrix, z: Matrix) -> None:
        """``z <- M^-1 r`` for `r` and `z` of shape (n_animals * size, k)."""
        n_columns, (size, n) = r.shape[1], self._kept.shape
        own, pieces = np.empty((n_columns * size, n)), even_pieces(n)
        self._workers.run(lambda first, last: _to_columns(r, self._q, own, first, last), pieces)
        self._workers.run(lambda k, _: self._solve(own[k], self._kept[k % size]), singles(len(own)))
        self._workers.run(lambda first, last: _from_columns(own, self._q, z, first, last), pieces)

    def _absorb(self, k: int, _end: int) -> None:
        _absorb(self._order, self._sire, self._dam, self._d, self._kept[k])

    def _solve(self, v: Matrix, kept: Matrix) -> None:
        _solve(self._order, self._sire, self._dam, self._d, kept, v)


@njit(cache=True, nogil=True)
def _to_columns(r: Matrix, q: Matrix, own: Matrix, first: int, last: int) -> None:
    """``own[c size + b, i] = sum_a Q[a, b] r[i size + a, c]``: each coefficient of each right-hand side in a row of its
    own, (k * size, n_animals). Threads of BLAS would take the cores from the workers."""
    size = len(q)
    for c in range(r.shape[1]):
        for b in range(size):
            for i in range(first, last):
                total = 0.0
                for a in range(size):
                    total += q[a, b] * r[i * size + a, c]
                own[c * size + b, i] = total


@njit(cache=True, nogil=True)
def _from_columns(own: Matrix, q: Matrix, z: Matrix, first: int, last: int) -> None:
    """``z[i size + a, c] = sum_b Q[a, b] own[c size + b, i]``, the way back."""
    size = len(q)
    for c in range(z.shape[1]):
        for i in range(first, last):
            for a in range(size):
                total = 0.0
                for b in range(size):
                    total += q[a, b] * own[c * size + b, i]
                z[i * size + a, c] = total


@njit(cache=True, nogil=True)
def _absorb(order: NDArray[np.int32], sire: NDArray[np.int32], dam: NDArray[np.int32], d: Matrix, kept: Matrix) -> None:
    """Turn the information e of each animal, (n_animals,), into ``1 / (1 + d e)``, progeny before parents."""
    for q in range(len(order) - 1, -1, -1):
        i = order[q]
        # Eliminating animal i leaves each parent with a quarter (1/2 from either side) of e / (1 + d e).
        share = 1.0 / (1.0 + d[i] * kept[i])
        passed = 0.25 * kept[i] * share
        kept[i] = share
        for p in (sire[i], dam[i]):
            if p >= 0:
                kept[p] += passed


@njit(cache=True, nogil=True)
def _solve(
    order: NDArray[np.int32], sire: NDArray[np.int32], dam: NDArray[np.int32], d: Matrix, kept: Matrix, v: Matrix
) -> None:
    """``v <- T D T' v``, (n_animals,), with the kept shares in T and D."""
    # T': from the youngest animal to the oldest, half of what each keeps goes to its parents.
    for q in range(len(order) - 1, -1, -1):
        i = order[q]
        passed = 0.5 * kept[i] * v[i]
        if sire[i] >= 0:
            v[sire[i]] += passed
        if dam[i] >= 0:
            v[dam[i]] += passed
    # D, then T: from the oldest to the youngest, each takes half of its parents.
    for i in order:
        parents = 0.0
        if sire[i] >= 0:
            parents += v[sire[i]]
        if dam[i] >= 0:
            parents += v[dam[i]]
        v[i] = kept[i] * (d[i] * v[i] + 0.5 * parents)
