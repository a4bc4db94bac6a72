"""A-inverse as an operator: two passes over the pedigree, nothing formed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ..parallel.executor import Executor
from ..parallel.workers import Workers, balanced_pieces, even_pieces
from .a_inverse import build_a_inverse
from .groups import gamma_block
from .pedigree import Pedigree
from .structure import FormedInverse, Prior, Structure

Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PedigreeInverse(Structure):
    """``A^-1 = (I - P)' D^-1 (I - P)``, P with 1/2 at the parents: 40 bytes per animal instead of about 90 when formed.

    Attributes
    ----------
    sire, dam : int32, shape (n_animals,)
        Positions of the parents, ``n_animals + k`` for group k, -1 when unknown.
    d : float64, shape (n_animals,)
        Mendelian sampling variances.
    order : int32, shape (n_animals,)
        Parents before offspring.
    n_groups : int
    gamma : float64, shape (n_groups, n_groups), optional
        Relationships of metafounders.

    References
    ----------
    Henderson 1976, Biometrics 32:69; Quaas 1988, J Dairy Sci 71:1338; Stranden and Lidauer 1999, J Dairy Sci 82:2779.

    Examples
    --------
    >>> pedigree = Pedigree(sire=[-1, -1, 0], dam=[-1, -1, 1])
    >>> inverse = PedigreeInverse.of(pedigree, None)
    >>> inverse @ np.array([[0.0], [0.0], [1.0]])
    array([[-1.],
           [-1.],
           [ 2.]])
    >>> inverse.diagonal()
    array([1.5, 1.5, 2. ])
    """

    sire: NDArray[np.int32]
    dam: NDArray[np.int32]
    d: Matrix
    order: NDArray[np.int32]
    n_groups: int = 0
    gamma: Matrix | None = None

    @classmethod
    def of(cls, pedigree: Pedigree, inbreeding: Matrix | None) -> PedigreeInverse:
        """Of all animals of `pedigree`, with its groups last; without `inbreeding` d is 1, 3/4 or 1/2.

        Raises
        ------
        PedigreeError
            ``pedigree_loop``.
        """
        gamma = None if pedigree.groups is None else pedigree.groups.gamma
        d = pedigree.mendelian_variance(inbreeding)
        return cls(*pedigree.parents, d, pedigree.order, pedigree.n_groups, gamma)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return (len(self.d) + self.n_groups,) * 2

    def __matmul__(self, v: Matrix, /) -> Matrix:
        """The product with `v`, float64 of shape (n_animals + n_groups, k)."""
        result = np.zeros((*v.shape, 1))
        PedigreePrior(self, np.eye(v.shape[1]), Workers(1)).add(v[:, :, None], v[:, :, None], result)
        return result[:, :, 0]

    def prior(self, precision: Matrix, executor: Executor) -> Prior:
        """Two passes over the pedigree for each product."""
        return PedigreePrior(self, precision, executor)

    @property
    def pedigree_factor(self) -> PedigreeInverse | None:
        """This pedigree, where it has no groups."""
        return None if self.n_groups else self

    def diagonal(self) -> Matrix:
        """The diagonal, float64 of shape (n_animals + n_groups,)."""
        n, weight = len(self.d), 1.0 / self.d
        diagonal = np.zeros(self.shape[0])
        diagonal[:n] = weight
        for parent in (self.sire, self.dam):
            known = parent >= 0
            diagonal += np.bincount(parent[known], 0.25 * weight[known], len(diagonal))
        same = (self.sire == self.dam) & (self.sire >= 0)
        diagonal += np.bincount(self.sire[same], 0.5 * weight[same], len(diagonal))
        if self.gamma is not None:
            diagonal[n:] += np.diag(np.linalg.inv(self.gamma))
        return diagonal

    def tocsr(self) -> csr_array:
        """The matrix, about 90 bytes per animal."""
        return self._formed

    def formed(self) -> Structure:
        """The matrix in memory: a single product need not list the offspring first."""
        return FormedInverse(self._formed)

    @cached_property
    def _formed(self) -> csr_array:
        formed = build_a_inverse(self.sire, self.dam, self.d, self.n_groups)
        return formed if self.gamma is None else csr_array(formed + gamma_block(len(self.d), self.gamma))


class AnimalBlock(NamedTuple):
    """Some animals: their parents, ``1 / d`` and the precision of the coefficients."""

    first: int
    sire: NDArray[np.int32]
    dam: NDArray[np.int32]
    weight: Matrix
    precision: Matrix


class OffspringBlock(NamedTuple):
    """The offspring of some animals and groups; `n_animals` of the pedigree."""

    first: int
    pointers: NDArray[np.int64]
    offspring: NDArray[np.int32]
    n_animals: int


def sampling_terms(block: AnimalBlock, v: Matrix) -> Matrix:
    """``D^-1 (I - P) v G^-1`` of the animals of a block, (n_block, size, k)."""
    terms: Matrix = _sampling_terms(block, v)
    return terms


def gathered_terms(block: OffspringBlock, terms: Matrix) -> Matrix:
    """``(I - P)' terms`` of the rows of a block, (n_block, size, k)."""
    gathered: Matrix = _gathered_terms(block, terms.reshape(len(terms), -1))
    return gathered.reshape(-1, *terms.shape[1:])


class PedigreePrior:
    """``A^-1 (x) G^-1`` for many products, by blocks of animals; each row is summed by one worker.

    Parameters
    ----------
    inverse : PedigreeInverse
    precision : float64, shape (size, size)
        G^-1 of the coefficients.
    executor : Executor
    """

    def __init__(self, inverse: PedigreeInverse, precision: Matrix, executor: Executor) -> None:
        self._n, self._precision, self._executor = len(inverse.d), precision, executor
        self._pieces = even_pieces(self._n)
        weight = 1.0 / inverse.d
        self._animals = executor.place(
            [AnimalBlock(a, inverse.sire[a:b], inverse.dam[a:b], weight[a:b], precision) for a, b in self._pieces]
        )
        pointers, offspring = offspring_lists(inverse.sire, inverse.dam, inverse.shape[0])
        self._rows = balanced_pieces(pointers + np.arange(len(pointers)))
        self._offspring = executor.place(
            [
                OffspringBlock(a, pointers[a : b + 1] - pointers[a], offspring[pointers[a] : pointers[b]], self._n)
                for a, b in self._rows
            ]
        )
        self._of_groups = None if inverse.gamma is None else np.linalg.inv(inverse.gamma)

    def add(self, _v: Matrix, levels: Matrix, result: Matrix) -> None:
        """``result += A^-1 levels G^-1`` for arrays (n_animals + n_groups, size, k), in C order."""
        n, (size, k) = self._n, levels.shape[1:]
        terms = np.zeros((n, size, k))
        self._executor.add(sampling_terms, self._animals, levels, [terms[a:b] for a, b in self._pieces])
        self._executor.add(gathered_terms, self._offspring, terms, [result[a:b] for a, b in self._rows])
        if self._of_groups is None:
            return
        for c in range(k):
            result[n:, :, c] += self._of_groups @ levels[n:, :, c] @ self._precision


@njit(cache=True)
def offspring_lists(
    sire: NDArray[np.int32], dam: NDArray[np.int32], n_rows: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Where the offspring of each row start, (n_rows + 1,), and all offspring, row by row."""
    # Count the offspring of each row, and add the counts up.
    pointers = np.zeros(n_rows + 1, np.int64)
    for i in range(len(sire)):
        for p in (sire[i], dam[i]):
            if p >= 0:
                pointers[p + 1] += 1
    pointers = np.cumsum(pointers)
    # Each offspring to the next free place of its parent, so that they stay in the order of the animals.
    free = pointers[:-1].copy()
    offspring = np.empty(pointers[-1], np.int32)
    for i in range(len(sire)):
        for p in (sire[i], dam[i]):
            if p >= 0:
                offspring[free[p]] = i
                free[p] += 1
    return pointers, offspring


@njit(cache=True, nogil=True)
def _sampling_terms(block: AnimalBlock, v: Matrix) -> Matrix:
    """``terms_i = (v_i - v_sire / 2 - v_dam / 2) / d_i G^-1``, (n_block, size, k): the Mendelian sampling of each
    animal over its variance (Henderson 1976)."""
    first, sire, dam, weight, precision = block.first, block.sire, block.dam, block.weight, block.precision
    size, k = v.shape[1:]
    terms = np.empty((len(weight), size, k))
    # A single number per animal stays in a register: the whole product takes half as long.
    if size == 1 and k == 1:
        scale = precision[0, 0]
        for i in range(len(weight)):
            s, m = sire[i], dam[i]
            parents = 0.0
            if s >= 0:
                parents += v[s, 0, 0]
            if m >= 0:
                parents += v[m, 0, 0]
            terms[i, 0, 0] = scale * weight[i] * (v[first + i, 0, 0] - 0.5 * parents)
        return terms
    own = np.empty(size)
    terms[:] = 0.0
    # One right-hand side: the same without the strides of columns.
    if k == 1:
        alone, sums = v.reshape((len(v), size)), terms.reshape((len(terms), size))
        for i in range(len(weight)):
            s, m = sire[i], dam[i]
            for a in range(size):
                value = alone[first + i, a]
                if s >= 0:
                    value -= 0.5 * alone[s, a]
                if m >= 0:
                    value -= 0.5 * alone[m, a]
                own[a] = value * weight[i]
            for a in range(size):
                for b in range(size):
                    sums[i, b] += own[a] * precision[a, b]
        return terms
    for i in range(len(weight)):
        s, m = sire[i], dam[i]
        for c in range(k):
            for a in range(size):
                value = v[first + i, a, c]
                if s >= 0:
                    value -= 0.5 * v[s, a, c]
                if m >= 0:
                    value -= 0.5 * v[m, a, c]
                own[a] = value * weight[i]
            for a in range(size):
                for b in range(size):
                    terms[i, b, c] += own[a] * precision[a, b]
    return terms


@njit(cache=True, nogil=True)
def _gathered_terms(block: OffspringBlock, terms: Matrix) -> Matrix:
    """``gathered_i = terms_i - sum over offspring j of terms_j / 2``, (n_block, k): each row reads its offspring, so
    that no two workers write to one place."""
    first, pointers, offspring, n_animals = block.first, block.pointers, block.offspring, block.n_animals
    n, k = len(pointers) - 1, terms.shape[1]
    gathered = np.empty((n, k))
    # A single column keeps its sum in a register.
    if k == 1:
        for i in range(n):
            total = 0.0
            for q in range(pointers[i], pointers[i + 1]):
                total += terms[offspring[q], 0]
            own = terms[first + i, 0] if first + i < n_animals else 0.0
            gathered[i, 0] = own - 0.5 * total
        return gathered
    gathered[:] = 0.0
    for i in range(n):
        if first + i < n_animals:
            for c in range(k):
                gathered[i, c] = terms[first + i, c]
        for q in range(pointers[i], pointers[i + 1]):
            for c in range(k):
                gathered[i, c] -= 0.5 * terms[offspring[q], c]
    return gathered
