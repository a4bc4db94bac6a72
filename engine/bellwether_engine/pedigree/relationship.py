"""Products with the numerator relationship matrix A, its inverse and their blocks, without forming them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from ..arguments import check_fields, floats, instance, optional
from ..errors import PedigreeError
from .pedigree import Pedigree
from .positions import as_positions

BATCH = 16
Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Relationship:
    """A of a pedigree as an operator: ``A = T D T'`` with two passes over the sorted pedigree.

    With metafounders A is A(Gamma) of the animals; fixed groups count as unknown parents.

    Attributes
    ----------
    pedigree : Pedigree
    inbreeding : float64, shape (n_animals,), optional
        Coefficients F of ``Pedigree.inbreeding``; left out, inbreeding is ignored (d is 1, 3/4 or 1/2).

    References
    ----------
    Colleau 2002, GSE 34:409; Henderson 1976, Biometrics 32:69.

    Examples
    --------
    Two founders and their full sibs:

    >>> pedigree = Pedigree(sire=[-1, -1, 0, 0], dam=[-1, -1, 1, 1])
    >>> a = Relationship(pedigree, pedigree.inbreeding())
    >>> a.times([0.0, 0.0, 1.0, 0.0])
    array([0.5, 0.5, 1. , 0.5])
    >>> a.solve(a.times([1.0, 2.0, 3.0, 4.0])).round(12)
    array([1., 2., 3., 4.])
    >>> a.between([0, 2], [3])
    array([[0.5],
           [0.5]])
    >>> round(float(a.log_determinant), 6)
    -1.386294
    """

    pedigree: Pedigree
    inbreeding: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        coefficients = optional(floats("n", low=-1.0, high=1.0, empty=True))
        check_fields(self, "relationship", pedigree=instance(Pedigree, n="n_animals"), inbreeding=coefficients)

    def times(self, v: ArrayLike) -> Matrix:
        """``A v``.

        Parameters
        ----------
        v : float64, shape (n_animals,) or (n_animals, m)

        Returns
        -------
        float64, of the shape of `v`

        Raises
        ------
        PedigreeError
            ``shape``: not one row per animal.
        """
        n, shape = self.pedigree.n_animals, np.shape(v)
        return self.covariance(v)[:n].reshape(shape)

    def covariance(self, v: ArrayLike) -> Matrix:
        """``A v`` with rows for the metafounders after those of the animals.

        Parameters
        ----------
        v : float64, shape (n_animals,) or (n_animals, m)

        Returns
        -------
        float64, shape (n_levels, m)
        """
        values, _ = self._columns(v)
        pass_up(*self._parents, self.pedigree.order, values)
        self._scale(values)
        pass_down(*self._parents, self.pedigree.order, values)
        return values

    def solve(self, v: ArrayLike) -> Matrix:
        """``A^-1 v`` of the animals; with metafounders the inverse of their block of A(Gamma), by `times` alike.

        Raises
        ------
        PedigreeError
            ``shape``; ``metafounders``: use ``Pedigree.a_inverse``, which has their rows.
        """
        if self._gamma is not None:
            fix = "Use Pedigree.a_inverse, which has rows for the metafounders"
            raise PedigreeError(
                "metafounders", "A(Gamma) has no inverse of the animals alone", place="pedigree", fix=fix
            )
        values, shape = self._columns(v)
        sire, dam = self._parents
        result = np.zeros_like(values)
        _solve(sire, dam, self._d, values, result)
        return result.reshape(shape)

    @property
    def n_animals(self) -> int:
        """Rows of A."""
        return self.pedigree.n_animals

    @property
    def n_levels(self) -> int:
        """Animals, and metafounders after them."""
        return self.pedigree.n_animals + (0 if self._gamma is None else len(self._gamma))

    def root(self, z: Matrix) -> Matrix:
        """``T D^1/2 z``: of covariance A where the rows of z are independent with variance 1.

        Parameters
        ----------
        z : float64, shape (n_levels, m)

        Returns
        -------
        float64, shape (n_levels, m)
        """
        n, values = self.pedigree.n_animals, np.array(z, dtype=np.float64)
        values[:n] *= np.sqrt(self._d)[:, None]
        if self._gamma is not None:
            values[n:] = np.linalg.cholesky(self._gamma) @ values[n:]
        pass_down(*self._parents, self.pedigree.order, values)
        return values

    def between(self, rows: ArrayLike, columns: ArrayLike) -> Matrix:
        """Relationships of `rows` with `columns`, float64 of shape (n_rows, n_columns).

        Parameters
        ----------
        rows, columns : int32
            Positions of animals. Memory is ``16 n_animals`` numbers beside the result.

        Raises
        ------
        PedigreeError
            ``unknown_position``.
        """
        first, second = self.positions(rows), self.positions(columns)
        result = np.empty((len(first), len(second)))
        for start in range(0, len(second), BATCH):
            part = second[start : start + BATCH]
            unit = np.zeros((self.pedigree.n_animals, len(part)))
            unit[part, np.arange(len(part))] = 1.0
            result[:, start : start + len(part)] = self.times(unit)[first]
        return result

    @cached_property
    def log_determinant(self) -> float:
        """``log |A| = sum log d_i`` (with metafounders ``+ log |Gamma|``: of animals and metafounders together)."""
        gamma = 0.0 if self._gamma is None else float(np.linalg.slogdet(self._gamma)[1])
        return float(np.log(self._d).sum()) + gamma

    def positions(self, animals: ArrayLike) -> NDArray[np.int32]:
        """`animals` as checked positions."""
        found = as_positions("animals", animals, "pedigree", PedigreeError)
        if ((found < 0) | (found >= self.pedigree.n_animals)).any():
            message = f"one of the animals is not a position between 0 and {self.pedigree.n_animals - 1}"
            raise PedigreeError("unknown_position", message, place="pedigree", fix="Count positions from 0")
        return found

    @cached_property
    def _gamma(self) -> NDArray[np.float64] | None:
        return None if self.pedigree.groups is None else self.pedigree.groups.gamma

    @cached_property
    def _parents(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        pedigree = self.pedigree
        return (pedigree.sire, pedigree.dam) if self._gamma is None else pedigree.parents

    @cached_property
    def _d(self) -> NDArray[np.float64]:
        return self.pedigree.mendelian_variance(self.inbreeding)

    def _columns(self, v: ArrayLike) -> tuple[Matrix, tuple[int, ...]]:
        """A copy of `v` with columns, and rows for the metafounders; and the shape asked for."""
        given = np.asarray(v, dtype=np.float64)
        n = self.pedigree.n_animals
        if given.ndim not in (1, 2) or len(given) != n:
            message = f"v has shape {given.shape}, the pedigree {n} animals"
            raise PedigreeError("shape", message, place="pedigree", fix="Give one row per animal")
        width = 1 if given.ndim == 1 else given.shape[1]
        extra = 0 if self._gamma is None else len(self._gamma)
        values = np.zeros((n + extra, width))
        values[:n] = given.reshape(n, width)
        return values, given.shape

    def _scale(self, values: Matrix) -> None:
        n = self.pedigree.n_animals
        values[:n] *= self._d[:, None]
        if self._gamma is not None:
            values[n:] = self._gamma @ values[n:]


@njit(cache=True)
def pass_up(sire: NDArray[np.int32], dam: NDArray[np.int32], order: NDArray[np.int32], v: Matrix) -> None:
    """``v <- T' v``: every animal gives half of its value to each parent, offspring first."""
    for k in range(len(order) - 1, -1, -1):
        i = order[k]
        for p in (sire[i], dam[i]):
            if p >= 0:
                for c in range(v.shape[1]):
                    v[p, c] += 0.5 * v[i, c]


@njit(cache=True)
def pass_down(sire: NDArray[np.int32], dam: NDArray[np.int32], order: NDArray[np.int32], v: Matrix) -> None:
    """``v <- T v``: every animal takes half of the value of each parent, parents first."""
    for i in order:
        for p in (sire[i], dam[i]):
            if p >= 0:
                for c in range(v.shape[1]):
                    v[i, c] += 0.5 * v[p, c]


@njit(cache=True)
def _solve(sire: NDArray[np.int32], dam: NDArray[np.int32], d: NDArray[np.float64], v: Matrix, result: Matrix) -> None:
    """``result += (I - P)' D^-1 (I - P) v``: A-inverse of Henderson (1976), animal by animal and never formed."""
    for i in range(len(d)):
        s, m = sire[i], dam[i]
        for c in range(v.shape[1]):
            value = v[i, c]
            if s >= 0:
                value -= 0.5 * v[s, c]
            if m >= 0:
                value -= 0.5 * v[m, c]
            value /= d[i]
            result[i, c] += value
            if s >= 0:
                result[s, c] -= 0.5 * value
            if m >= 0:
                result[m, c] -= 0.5 * value
