"""Kernels that trace ancestors, for `bellwether_engine.pedigree.inbreeding.inbreeding`."""

from __future__ import annotations

from dataclasses import dataclass
from queue import SimpleQueue

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..parallel.workers import Workers

LANES = 16


@dataclass(frozen=True, eq=False)
class Ancestors:
    """Metafounders first, then parents sorted by generation.

    Attributes
    ----------
    sire, dam : int32, shape (n_ranks,)
        Ranks of the parents, n_ranks when unknown.
    d : float64, shape (n_ranks,)
        Mendelian sampling variances, known for the ancestors of the families that are traced.
    gamma : float64, shape (n_metafounders, n_metafounders)
    """

    sire: NDArray[np.int32]
    dam: NDArray[np.int32]
    d: NDArray[np.float64]
    gamma: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Families:
    """Full sibs, sorted by their generation, sire and dam.

    Attributes
    ----------
    sire, dam : int32, shape (n_families,)
        Ranks of their parents.
    starts : int32, shape (n_sires + 1,)
        First family of each sire in each generation.
    first_member : int64, shape (n_sires,)
        First offspring of each of these sires.
    """

    sire: NDArray[np.int32]
    dam: NDArray[np.int32]
    starts: NDArray[np.int32]
    first_member: NDArray[np.intp]


class Tracer:
    """Finds the coefficients of families, 16 sires (a batch) at a time, in one workspace per thread."""

    def __init__(self, ancestors: Ancestors, families: Families, found: NDArray[np.float64], workers: Workers) -> None:
        self._given = (
            ancestors.sire, ancestors.dam, ancestors.d, ancestors.gamma, families.sire, families.dam, families.starts,
        )  # fmt: skip
        self._found, self._workers = found, workers
        self._spaces = SimpleQueue[tuple[NDArray[np.float64], NDArray[np.int32]]]()
        n = len(ancestors.sire) + 1
        for _ in range(workers.n_threads):
            self._spaces.put((np.empty((n, LANES)), np.full((n, 2), -1, np.int32)))

    def run(self, first: int, last: int) -> None:
        """Fill the coefficients of the families of the sires `first` to `last` (of one generation)."""
        self._workers.run(self._trace, [(k, min(k + LANES, last)) for k in range(first, last, LANES)])

    def _trace(self, first: int, last: int) -> None:
        values, tags = space = self._spaces.get()
        trace_batch(*self._given, values, tags, first, last, self._found)
        self._spaces.put(space)


@njit(cache=True, nogil=True)
def trace_batch(
    sire: NDArray[np.int32],
    dam: NDArray[np.int32],
    d: NDArray[np.float64],
    gamma: NDArray[np.float64],
    mate_sire: NDArray[np.int32],
    mate_dam: NDArray[np.int32],
    starts: NDArray[np.int32],
    values: NDArray[np.float64],
    tags: NDArray[np.int32],
    first: int,
    last: int,
    f: NDArray[np.float64],
) -> None:
    """Fill `f` for the families of the sires `first` to `last`: ``T D T'`` times the unit vectors of the sires.

    `values` and `tags` are the workspace, with a last row for unknown parents; in tags the last batch that came to an
    ancestor from its sires or mates.
    """
    g, top = len(gamma), -1
    # a unit vector for each sire (a lane); mates are marked too: their rows are what is asked for
    for lane in range(last - first):
        for family in range(starts[first + lane], starts[first + lane + 1]):
            s, m = mate_sire[family], mate_dam[family]
            _reach(s, first, values, tags)
            values[s, lane] = 1.0
            tags[m, 1] = first
            top = max(top, s, m)
    # T' e_s: halves go up from the youngest ancestor; then D (Colleau 2002)
    n, width = len(sire), values.shape[1]
    for j in range(top, g - 1, -1):
        s, m = sire[j], dam[j]
        # the way down passes through every ancestor of a mate
        if tags[j, 1] == first:
            tags[s, 1] = first
            tags[m, 1] = first
        if tags[j, 0] == first:
            _reach(s, first, values, tags)
            _reach(m, first, values, tags)
            for c in range(width):
                half = 0.5 * values[j, c]
                values[s, c] += half
                values[m, c] += half
                values[j, c] *= d[j]
    # metafounders are related to each other: Gamma takes the place of their part of D
    if g > 0:
        for k in range(g):
            _reach(k, first, values, tags)
        values[:g] = gamma @ values[:g]
    # T D T' e_s: halves come down, to the mates and their ancestors alone
    values[n] = 0.0
    for j in range(g, top + 1):
        if tags[j, 1] == first:
            s, m = sire[j], dam[j]
            if tags[j, 0] == first:
                for c in range(width):
                    values[j, c] = values[j, c] + 0.5 * values[s, c] + 0.5 * values[m, c]
            else:
                for c in range(width):
                    values[j, c] = 0.5 * values[s, c] + 0.5 * values[m, c]
    # F of the offspring of s and m is a_sm / 2
    for lane in range(last - first):
        for family in range(starts[first + lane], starts[first + lane + 1]):
            f[family] = 0.5 * values[mate_dam[family], lane]


@njit(cache=True, nogil=True)
def _reach(j: int, batch: int, values: NDArray[np.float64], tags: NDArray[np.int32]) -> None:
    """Clear the row of an ancestor when a batch comes to it first."""
    if tags[j, 0] != batch:
        tags[j, 0] = batch
        for c in range(values.shape[1]):
            values[j, c] = 0.0
