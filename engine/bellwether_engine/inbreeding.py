"""Inbreeding coefficients of a whole pedigree."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


def inbreeding(sire: NDArray[np.int32], dam: NDArray[np.int32], order: NDArray[np.int32]) -> NDArray[np.float64]:
    """Inbreeding coefficients F by tracing ancestors.

    F of an animal is half the relationship of its parents, ``a_sd = sum_j L_sj L_dj D_j`` over common ancestors j,
    where ``A = L D L'``. Ancestors come off a heap, youngest first (Meuwissen and Luo 1992, GSE 24:305); the column of
    a sire is kept for all its mates of one generation (after Sargolzaei et al. 2005, J Anim Breed Genet 122:325) and
    full sibs share one coefficient. Memory is linear in the number of animals.

    Parameters
    ----------
    sire, dam : int32, shape (n_animals,)
        Positions of the parents, -1 when unknown.
    order : int32, shape (n_animals,)
        Positions with parents before offspring, as of ``Pedigree.order``.

    Returns
    -------
    float64, shape (n_animals,)

    Examples
    --------
    >>> import numpy as np
    >>> parents = np.array([-1, -1, 0], np.int32), np.array([-1, -1, 1], np.int32)
    >>> inbreeding(*parents, np.arange(3, dtype=np.int32))
    array([0., 0., 0.])
    """
    generation = generations(sire, dam, order)
    families = np.lexsort((dam, sire, generation)).astype(np.int32)
    rank = np.empty(len(families) + 1, np.int32)
    rank[families] = np.arange(len(families), dtype=np.int32)
    rank[-1] = -1
    result = np.empty(len(families))
    result[families] = trace_families(rank[sire[families]], rank[dam[families]])
    return result


@njit(cache=True)
def generations(
    sire: NDArray[np.int32], dam: NDArray[np.int32], order: NDArray[np.int32]
) -> NDArray[np.int32]:  # pragma: no cover - compiled
    """Longest line of known ancestors of each animal; founders 0."""
    generation = np.zeros(len(order), np.int32)
    for i in order:
        for p in (sire[i], dam[i]):
            if p >= 0:
                generation[i] = max(generation[i], generation[p] + 1)
    return generation


@njit(cache=True)
def trace_families(sire: NDArray[np.int32], dam: NDArray[np.int32]) -> NDArray[np.float64]:  # pragma: no cover
    """F for animals sorted by generation, sire and dam."""
    n = len(sire)
    f = np.zeros(n)
    d = np.ones(n)
    share_sire, share_dam = np.zeros(n), np.zeros(n)
    line_sire, line_dam = np.empty(n, np.int32), np.empty(n, np.int32)
    heap = np.empty(n + 2, np.int32)
    loaded, n_sire = -1, 0
    for i in range(n):
        s, m = sire[i], dam[i]
        d[i] = 1.0 - (0.25 * (1.0 + f[s]) if s >= 0 else 0.0) - (0.25 * (1.0 + f[m]) if m >= 0 else 0.0)
        if s < 0 or m < 0:
            continue
        if sire[i - 1] == s and dam[i - 1] == m:
            f[i] = f[i - 1]
            continue
        if s != loaded:
            for k in range(n_sire):
                share_sire[line_sire[k]] = 0.0
            n_sire = ancestors(s, sire, dam, share_sire, line_sire, heap)
            loaded = s
        total = 0.0
        for k in range(ancestors(m, sire, dam, share_dam, line_dam, heap)):
            j = line_dam[k]
            total += share_dam[j] * share_sire[j] * d[j]
            share_dam[j] = 0.0
        f[i] = 0.5 * total
    return f


@njit(cache=True)
def ancestors(
    animal: int,
    sire: NDArray[np.int32],
    dam: NDArray[np.int32],
    share: NDArray[np.float64],
    line: NDArray[np.int32],
    heap: NDArray[np.int32],
) -> int:  # pragma: no cover - compiled
    """Fill `share` (a row of L) and `line` (its non-zero positions, youngest first); the number of them."""
    share[animal] = 1.0
    heap[0] = animal
    size, found = 1, 0
    while size > 0:
        j = heap[0]
        size = drop_top(heap, size)
        line[found] = j
        found += 1
        for p in (sire[j], dam[j]):
            if p >= 0:
                if share[p] == 0.0:
                    size = push(heap, size, p)
                share[p] += 0.5 * share[j]
    return found


@njit(cache=True)
def push(heap: NDArray[np.int32], size: int, value: int) -> int:  # pragma: no cover - compiled
    """Add `value` to a max-heap; its new size."""
    k = size
    while k > 0 and heap[(k - 1) >> 1] < value:
        heap[k] = heap[(k - 1) >> 1]
        k = (k - 1) >> 1
    heap[k] = value
    return size + 1


@njit(cache=True)
def drop_top(heap: NDArray[np.int32], size: int) -> int:  # pragma: no cover - compiled
    """Remove the largest value of a max-heap; its new size."""
    size -= 1
    value = heap[size]
    k = 0
    while 2 * k + 1 < size:
        child = 2 * k + 1
        if child + 1 < size and heap[child + 1] > heap[child]:
            child += 1
        if heap[child] <= value:
            break
        heap[k] = heap[child]
        k = child
    heap[k] = value
    return size
