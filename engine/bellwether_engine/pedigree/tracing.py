"""Coefficients of families from the ancestors of their parents, for `inbreeding.inbreeding`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TypeVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..parallel.workers import Workers
from .paths import count_paths, follow_paths, nodes_of

Floats = NDArray[np.float64]
Ranks = NDArray[np.int32]
Space = TypeVar("Space")
LANES = 16
#: what an ancestor costs where all of a batch are passed at once, beside a step on a path
COST_OF_ROW = 12.0
MOST_PATHS = 1 << 20


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
    """Finds the coefficients of families, 16 sires (a batch) at a time, in one workspace per thread.

    Of two ways it takes the one with less work: every path to every ancestor, sire by sire, which is short where
    pedigrees are shallow; or each ancestor of a batch once, which is short where paths are many.
    """

    def __init__(self, ancestors: Ancestors, families: Families, found: Floats, workers: Workers) -> None:
        self._links = ancestors.sire, ancestors.dam
        self._given = ancestors.d, ancestors.gamma, families.sire, families.dam, families.starts
        self._found, self._workers = found, workers
        paths, starts = count_paths(*self._links), families.starts
        of_sires, of_mates = paths[families.sire[starts[:-1]]], paths[families.dam]
        self._steps = np.append(0.0, np.cumsum(of_sires) + np.cumsum(of_mates)[starts[1:] - 1])
        self._longest = of_sires + np.maximum.reduceat(of_mates, starts[:-1]) if len(of_mates) else of_sires
        self._rows, self._nodes = SimpleQueue[tuple[Floats, Ranks]](), SimpleQueue[tuple[NDArray[np.void], Ranks]]()

    def run(self, first: int, last: int, n_before: int) -> None:
        """Fill the coefficients of the families of the sires `first` to `last`, of one generation, whose ancestors are
        among the `n_before` first ones."""
        ways: dict[bool, list[tuple[int, int]]] = {True: [], False: []}
        for k in range(first, last, LANES):
            batch = k, min(k + LANES, last)
            ways[self._has_few(*batch, n_before)].append(batch)
        self._workers.run(self._follow, ways[True])
        self._workers.run(self._trace, ways[False])

    def _has_few(self, first: int, last: int, n_before: int) -> bool:
        """Are all paths of a batch less work than its ancestors, of which chance makes so many one and the same?"""
        steps = self._steps[last] - self._steps[first]
        n_ancestors = n_before * -np.expm1(-steps / n_before)
        return bool(self._longest[first:last].max() <= MOST_PATHS and steps < COST_OF_ROW * n_ancestors)

    def _follow(self, first: int, last: int) -> None:
        nodes, reached = _taken(self._nodes, lambda: (nodes_of(*self._links), np.empty(0, np.int32)))
        longest = int(self._longest[first:last].max())
        if len(reached) < longest:
            reached = np.empty(longest, np.int32)
        follow_paths(*self._given, nodes, reached, first, last, self._found)
        self._nodes.put((nodes, reached))

    def _trace(self, first: int, last: int) -> None:
        sire, dam = self._links
        n = len(sire) + 1
        values, tags = _taken(self._rows, lambda: (np.empty((n, LANES)), np.full((n, 2), -1, np.int32)))
        trace_batch(sire, dam, *self._given, values, tags, first, last, self._found)
        self._rows.put((values, tags))


def _taken(spaces: SimpleQueue[Space], make: Callable[[], Space]) -> Space:
    """A workspace that no thread uses, or a new one."""
    try:
        return spaces.get_nowait()
    except Empty:
        return make()


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
