"""The inverse of a relationship matrix, as the equations and their solvers use it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import csr_array, eye_array

from ..parallel.executor import Executor
from ..parallel.row_product import RowProduct

Matrix = NDArray[np.float64]


class Prior(Protocol):
    """``K^-1 (x) G^-1`` of a random effect, ready for many products."""

    def add(self, v: Matrix, levels: Matrix, result: Matrix) -> None:
        """``result <- S' (result + K^-1 levels G^-1)`` with ``levels = S v``.

        Parameters
        ----------
        v, levels, result : float64, shape (n_levels, size, k)
            Coefficients of each level, for k right-hand sides. `v` and `levels` are the same numbers where S = I.
        """


class PedigreeFactor(Protocol):
    """``A^-1 = (I - P)' D^-1 (I - P)`` as its factor: parents, Mendelian sampling variances and an order."""

    @property
    def sire(self) -> NDArray[np.int32]:
        """Position of each animal's sire, -1 when unknown."""

    @property
    def dam(self) -> NDArray[np.int32]:
        """Position of each animal's dam, -1 when unknown."""

    @property
    def d(self) -> Matrix:
        """Mendelian sampling variances, float64 of shape (n_animals,)."""

    @property
    def order(self) -> NDArray[np.int32]:
        """Positions with parents before offspring."""


class Structure(ABC):
    """K^-1, the inverse relationships (n_levels, n_levels) among the levels of a random effect.

    A structure says how it is multiplied and what PCG may precondition it with. PCG may meet it in coordinates v of
    its own, ``levels = S v``; unless a structure says otherwise S = I.

    Attributes
    ----------
    n_groups : int
        Levels of groups or metafounders behind those of the animals.
    pedigree_factor : PedigreeFactor, optional
        The pedigree whose factor preconditions the whole effect, where the structure is A^-1 without groups.
    """

    n_groups: int = 0

    @property
    def pedigree_factor(self) -> PedigreeFactor | None:
        """None: the effect is preconditioned level by level."""
        return None

    @abstractmethod
    def __matmul__(self, v: Matrix, /) -> Matrix:
        """The product with `v`, float64 of shape (n_levels, k)."""

    @abstractmethod
    def diagonal(self) -> Matrix:
        """The diagonal, or a positive approximation of it, float64 of shape (n_levels,)."""

    @abstractmethod
    def tocsr(self) -> csr_array:
        """The matrix itself; refused where it is too large."""

    @abstractmethod
    def prior(self, precision: Matrix, executor: Executor) -> Prior:
        """``K^-1 (x) G^-1`` for many products; `precision` is G^-1, float64 of shape (size, size)."""

    def formed(self) -> Structure:
        """The same for single products: A^-1 of a pedigree as a matrix, others as they are."""
        return self

    def expand(self, v: Matrix) -> Matrix:
        """``S v``, float64 of shape (n_levels, k)."""
        return v

    def reduce(self, r: Matrix) -> Matrix:
        """``S' r``, float64 of shape (n_levels, k)."""
        return r

    def diagonal_blocks(self, data: Matrix, precision: Matrix) -> Matrix:
        """Diagonal blocks of ``S' (data + K^-1 (x) precision) S``, or what stands for them in the preconditioner.

        Parameters
        ----------
        data : float64, shape (n_levels, size, size)
            Diagonal blocks of the data part; may be changed.
        precision : float64, shape (size, size)
        """
        own = self.diagonal()
        for i, j in np.ndindex(*precision.shape):
            data[:, i, j] += own * precision[i, j]
        return data


class Identity(Structure):
    """Levels without relationships: litters, permanent environments, markers.

    Examples
    --------
    >>> Identity(2) @ np.array([[1.0], [3.0]])
    array([[1.],
           [3.]])
    """

    def __init__(self, n_levels: int) -> None:
        self._n = n_levels

    def __matmul__(self, v: Matrix, /) -> Matrix:
        """`v` itself."""
        return v

    def diagonal(self) -> Matrix:
        """1 for each level."""
        return np.ones(self._n)

    def tocsr(self) -> csr_array:
        """The unit matrix."""
        return csr_array(eye_array(self._n, format="csr"))

    def prior(self, precision: Matrix, _executor: Executor) -> Prior:
        """G^-1 alone."""
        return Weighted(self.__matmul__, precision)


class FormedInverse(Structure):
    """A K^-1 that stands in memory as a sparse matrix.

    Parameters
    ----------
    matrix : csr_array of float64, shape (n_levels, n_levels)
    """

    def __init__(self, matrix: csr_array) -> None:
        self._matrix = matrix

    def __matmul__(self, v: Matrix, /) -> Matrix:
        """The product with `v`."""
        return np.asarray(self._matrix @ v)

    def diagonal(self) -> Matrix:
        """Its diagonal."""
        return np.asarray(self._matrix.diagonal())

    def tocsr(self) -> csr_array:
        """The matrix."""
        return self._matrix

    def prior(self, precision: Matrix, executor: Executor) -> Prior:
        """Its rows shared among the workers."""
        return WeightedRows(self._matrix, precision, executor)


class Weighted:
    """A prior of a structure that multiplies (n_levels, k) by itself."""

    def __init__(self, product: Callable[[Matrix], Matrix], precision: Matrix) -> None:
        self._product, self._precision = product, precision

    def add(self, _v: Matrix, levels: Matrix, result: Matrix) -> None:
        """``result += K^-1 levels G^-1``."""
        weighted = by_precision(levels, self._precision)
        result += np.reshape(self._product(weighted.reshape(len(levels), -1)), result.shape)


class WeightedRows:
    """A prior of a sparse matrix, its rows shared among the workers."""

    def __init__(self, matrix: csr_array, precision: Matrix, executor: Executor) -> None:
        self._rows, self._precision = RowProduct(matrix, executor), precision

    def add(self, _v: Matrix, levels: Matrix, result: Matrix) -> None:
        """``result += K^-1 levels G^-1``."""
        weighted = by_precision(levels, self._precision)
        self._rows.add(weighted.reshape(len(levels), -1), result.reshape(len(result), -1))


def by_precision(levels: Matrix, precision: Matrix) -> Matrix:
    """``levels G^-1``: the coefficients of each level times their inverse covariances.

    Parameters
    ----------
    levels : float64, shape (n_levels, size, k)
    precision : float64, shape (size, size)

    Examples
    --------
    >>> by_precision(np.array([[[1.0], [2.0]]]), np.array([[2.0, 1.0], [1.0, 3.0]])).tolist()
    [[[4.0], [7.0]]]
    """
    return levels * precision[0, 0] if len(precision) == 1 else np.asarray(_by_precision(levels, precision))


@njit(cache=True, nogil=True)
def _by_precision(levels: Matrix, precision: Matrix) -> Matrix:
    """``result[i, b, c] = sum_a levels[i, a, c] G^-1[a, b]``, (n_levels, size, k); BLAS would start threads of its
    own, which take the cores from the workers."""
    n, size, k = levels.shape
    result = np.zeros((n, size, k))
    if k == 1:
        alone, sums = levels.reshape((n, size)), result.reshape((n, size))
        for i in range(n):
            for a in range(size):
                for b in range(size):
                    sums[i, b] += alone[i, a] * precision[a, b]
        return result
    for i in range(n):
        for a in range(size):
            for b in range(size):
                for c in range(k):
                    result[i, b, c] += levels[i, a, c] * precision[a, b]
    return result
