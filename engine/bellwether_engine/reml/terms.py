"""The equations as a sum of fixed sparse matrices, each times one number that depends on the variances."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csc_array, csr_array, diags_array, eye_array, kron

from ..equations.equations import Equations
from .components import triangle, unit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Pattern:
    """Records with the same traits: observations (n_records, n_traits of the pattern) and weights (n_records,)."""

    traits: Ints
    rows: Ints
    weight: Floats


@dataclass(frozen=True, eq=False)
class Terms:
    """``C = sum_k c_k M_k``: the pattern of C never changes, so it is ordered once.

    Attributes
    ----------
    indices, indptr : int
        Pattern of C by columns.
    slots, values : tuple
        Entries of each M_k: place in the data of C, and value.
    held : int
        Places of the diagonal of equations whose solutions are 0: it is 1, the rest of their rows is 0.
    """

    indices: Ints
    indptr: Ints
    slots: tuple[Ints, ...]
    values: tuple[Floats, ...]
    held: Ints

    def combine(self, coefficients: Floats) -> csc_array:
        """C for the coefficients c, float64 of shape (n_terms,)."""
        data = np.zeros(len(self.indices))
        data[self.held] = 1.0
        for coefficient, slots, values in zip(coefficients, self.slots, self.values, strict=True):
            data[slots] += coefficient * values
        n = len(self.indptr) - 1
        return csc_array((data, self.indices, self.indptr), shape=(n, n))

    def traces(self, inverse: csc_array) -> Floats:
        """``tr(M_k C^-1)`` of every term, from C^-1 in the pattern of C."""
        pairs = zip(self.slots, self.values, strict=True)
        return np.array([float(inverse.data[slots] @ values) for slots, values in pairs])


def patterns_of(observed: NDArray[np.bool_], weights: Floats | None) -> tuple[Pattern, ...]:
    """Group the records by the traits they have; records without any are left out."""
    number = np.full(observed.shape, -1, np.int64)
    number[observed] = np.arange(int(observed.sum()))
    weight = np.ones(len(observed)) if weights is None else weights
    kinds, kind_of = np.unique(observed, axis=0, return_inverse=True)
    found = []
    for i, kind in enumerate(kinds):
        traits = np.flatnonzero(kind)
        members = np.flatnonzero(kind_of.ravel() == i)
        if traits.size:
            found.append(Pattern(traits, number[np.ix_(members, traits)], weight[members]))
    return tuple(found)


def build_terms(equations: Equations, patterns: tuple[Pattern, ...]) -> Terms:
    """Terms of each random block (lower triangle of its precision), then of each pattern (of its residual inverse)."""
    n = equations.n_equations
    parts = [coo_array(part) for part in (*_random_terms(equations), *_residual_terms(equations, patterns))]
    held = np.zeros(n, dtype=bool) if equations.held is None else equations.held
    for part in parts:
        part.sum_duplicates()
        part.data[held[part.coords[0]] | held[part.coords[1]]] = 0.0
        part.eliminate_zeros()
    keys = [part.coords[1].astype(np.int64) * n + part.coords[0] for part in parts]
    union = np.unique(np.concatenate([np.arange(n, dtype=np.int64) * (n + 1), *keys]))
    return Terms(
        indices=union % n,
        indptr=np.searchsorted(union, np.arange(n + 1, dtype=np.int64) * n),
        slots=tuple(np.searchsorted(union, key) for key in keys),
        values=tuple(np.asarray(part.data, dtype=np.float64) for part in parts),
        held=np.searchsorted(union, np.flatnonzero(held) * (n + 1)),
    )


def _random_terms(equations: Equations) -> Iterator[coo_array]:
    n = equations.n_equations
    for block, start in zip(equations.design.random, equations.starts, strict=True):
        structure = equations.relationship_inverse.tocsr() if block.is_genetic else eye_array(len(block.level))
        size = len(block.members)
        for j, k in triangle(size):
            term = coo_array(kron(structure, unit(size, j, k)))
            rows, columns = (axis.astype(np.int64) + start for axis in term.coords)
            yield coo_array((term.data, (rows, columns)), shape=(n, n))


def _residual_terms(equations: Equations, patterns: tuple[Pattern, ...]) -> Iterator[coo_array]:
    for pattern in patterns:
        weight = diags_array(pattern.weight)
        designs = [csr_array(equations.w[pattern.rows[:, a]]) for a in range(len(pattern.traits))]
        for a, b in triangle(len(designs)):
            crossed = designs[a].T @ weight @ designs[b]
            yield coo_array(crossed if a == b else crossed + crossed.T)
