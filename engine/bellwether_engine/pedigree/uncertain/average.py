"""Average relationships over possible sires: the order of the animals, inbreeding, Mendelian sampling variances."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Positions = NDArray[np.int32]
Whole = NDArray[np.int64]


class Sides(NamedTuple):
    """Possible sires, a side for each distinct set of them; side 0 is the unknown sire.

    Attributes
    ----------
    side : int64, shape (n_animals,)
        Of each animal.
    start : int64, shape (n_sides + 1,)
        Where the rows of each side begin.
    of_row : int64, shape (n_rows,)
    sire : int32, shape (n_rows,)
    probability : float64, shape (n_rows,)
    """

    side: Whole
    start: Whole
    of_row: Whole
    sire: Positions
    probability: Vector

    @property
    def n_sides(self) -> int:
        """Number of sides."""
        return len(self.start) - 1

    @classmethod
    def of(cls, known: Positions, animal: Positions, candidate: Positions, probability: Vector) -> Sides:
        """Of sires that are known (else -1) and rows of candidates."""
        rows: dict[int, list[tuple[int, float]]] = {int(i): [(int(known[i]), 1.0)] for i in np.flatnonzero(known >= 0)}
        for i, s, p in zip(animal.tolist(), candidate.tolist(), probability.tolist(), strict=True):
            rows.setdefault(i, []).append((s, p))
        sides: dict[tuple[tuple[int, float], ...], int] = {(): 0}
        side = np.zeros(len(known), dtype=np.int64)
        for i, given in rows.items():
            side[i] = sides.setdefault(tuple(sorted(given)), len(sides))
        start = np.cumsum([0, *(len(one) for one in sides)])
        flat = [row for one in sides for row in one]
        return cls(
            side,
            start.astype(np.int64),
            np.repeat(np.arange(len(sides)), np.diff(start)),
            np.array([s for s, _ in flat], dtype=np.int32),
            np.array([p for _, p in flat], dtype=np.float64),
        )


def order_of(sides: Sides, dam: Positions) -> tuple[Positions, Whole]:
    """Positions with all possible parents first, and the number of parents that each other animal waits for."""
    order, waiting = _order(sides.side, sides.start, sides.sire, dam)
    return order, waiting


def average_inbreeding(sides: Sides, dam: Positions, order: Positions) -> tuple[Vector, Vector]:
    """Average inbreeding F and Mendelian sampling variances d, float64 of shape (n_animals,)."""
    f, d = _average(sides.side, sides.start, sides.sire, sides.probability, dam, order)
    return f, d


@njit(cache=True)
def _order(side: Whole, start: Whole, sire: Positions, dam: Positions) -> tuple[Positions, Whole]:
    """Kahn (1962) over dams and all candidates."""
    n = len(dam)
    waiting, count = np.zeros(n, np.int64), np.zeros(n + 1, np.int64)
    for i in range(n):
        for k in range(start[side[i]], start[side[i] + 1]):
            waiting[i] += 1
            count[sire[k] + 1] += 1
        if dam[i] >= 0:
            waiting[i] += 1
            count[dam[i] + 1] += 1
    pointers = np.cumsum(count)
    offspring, free = np.empty(pointers[n], np.int64), pointers[:-1].copy()
    for i in range(n):
        for k in range(start[side[i]], start[side[i] + 1]):
            offspring[free[sire[k]]] = i
            free[sire[k]] += 1
        if dam[i] >= 0:
            offspring[free[dam[i]]] = i
            free[dam[i]] += 1
    order, done, head = np.empty(n, np.int32), 0, 0
    for i in range(n):
        if waiting[i] == 0:
            order[done] = i
            done += 1
    while head < done:
        p = order[head]
        head += 1
        for k in range(pointers[p], pointers[p + 1]):
            waiting[offspring[k]] -= 1
            if waiting[offspring[k]] == 0:
                order[done] = offspring[k]
                done += 1
    return order[:done], waiting


@njit(cache=True)
def _average(
    side: Whole, start: Whole, sire: Positions, probability: Vector, dam: Positions, order: Positions
) -> tuple[Vector, Vector]:
    """``A = T D T'`` with rows ``t_i = e_i + t_dam / 2 + sum p t_candidate / 2``, from the oldest animal on.

    One vector ``t' = sum p t_candidate`` for each syndicate gives ``p'A p = t'D t``, and with the dam's ``F = t'D t_dam
    / 2``; both are kept, for the next lamb of the syndicate and for its full sibs.
    """
    n = len(dam)
    rank = np.empty(n, np.int64)
    for k in range(n):
        rank[order[k]] = k
    f, d = np.zeros(n), np.ones(n)
    of_side = np.full(len(start) - 1, np.nan)
    of_family = {(np.int64(-1), np.int64(-1)): 0.0}
    t_s, t_d, is_waiting = np.zeros(n), np.zeros(n), np.zeros(n, np.bool_)
    for i in order:
        a, b = start[side[i]], start[side[i] + 1]
        family = (side[i], np.int64(dam[i]))
        if family in of_family:
            f[i] = of_family[family]
        elif a < b and (dam[i] >= 0 or np.isnan(of_side[side[i]])):
            heap = [np.int64(1)]
            heap.pop()
            for k in range(a, b):
                t_s[sire[k]] += probability[k]
                if not is_waiting[sire[k]]:
                    is_waiting[sire[k]] = True
                    heappush(heap, -rank[sire[k]])
            if dam[i] >= 0:
                t_d[dam[i]] += 1.0
                if not is_waiting[dam[i]]:
                    is_waiting[dam[i]] = True
                    heappush(heap, -rank[dam[i]])
            own, shared = 0.0, 0.0
            while heap:
                j = order[-heappop(heap)]
                own += t_s[j] * t_s[j] * d[j]
                shared += t_s[j] * t_d[j] * d[j]
                for k in range(start[side[j]], start[side[j] + 1]):
                    p, share = sire[k], 0.5 * probability[k]
                    t_s[p] += share * t_s[j]
                    t_d[p] += share * t_d[j]
                    if not is_waiting[p]:
                        is_waiting[p] = True
                        heappush(heap, -rank[p])
                p = dam[j]
                if p >= 0:
                    t_s[p] += 0.5 * t_s[j]
                    t_d[p] += 0.5 * t_d[j]
                    if not is_waiting[p]:
                        is_waiting[p] = True
                        heappush(heap, -rank[p])
                t_s[j] = t_d[j] = 0.0
                is_waiting[j] = False
            f[i] = 0.5 * shared
            of_side[side[i]] = own
            of_family[family] = f[i]
        if a < b:
            d[i] -= 0.25 * of_side[side[i]]
        if dam[i] >= 0:
            d[i] -= 0.25 * (1.0 + f[dam[i]])
    return f, d
