"""Kernels that trace ancestors, for `bellwether_engine.inbreeding`."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

LANES = 8


@njit(cache=True, nogil=True)
def trace_families(
    sire: NDArray[np.int32],
    dam: NDArray[np.int32],
    gamma: NDArray[np.float64],
    f: NDArray[np.float64],
    starts: NDArray[np.int64],
) -> None:
    """Fill the NaN of `f`: metafounders first, then animals sorted by generation (`starts`), sire and dam."""
    n, g = len(sire), len(gamma)
    d, share = np.ones(n), np.zeros(n)
    lines, heap = np.empty((LANES, n), np.int32), np.empty(n + 2, np.int32)
    found, loaded = np.zeros(LANES, np.int64), np.full(LANES, -1, np.int64)
    # one line of cache for the links of an ancestor (sire, dam, tag), one for its values (c and a of each lane)
    links, values = np.full((n, 4), -1, np.int32), np.zeros((n, 2 * LANES))
    links[:, 0], links[:, 1] = sire, dam
    stack = np.empty(2 * n + 2, np.int32)
    for generation in range(len(starts) - 1):
        lane, tag = LANES - 1, -1
        for i in range(starts[generation], starts[generation + 1]):
            s, m = sire[i], dam[i]
            d[i] = 1.0 - (0.25 * (1.0 + f[s]) if s >= 0 else 0.0) - (0.25 * (1.0 + f[m]) if m >= 0 else 0.0)
            if not np.isnan(f[i]):
                continue
            if s < 0 or m < 0:
                f[i] = 0.0
                continue
            if sire[i - 1] == s and dam[i - 1] == m:
                f[i] = f[i - 1]
                continue
            if tag < 0 or loaded[lane] != s:
                lane += 1
                if lane == LANES:
                    lane, tag = 0, i
                    unload(lines, found, loaded, values, g)
                    load(sire, dam, starts[generation + 1], i, f, d, gamma, share, lines, heap, found, loaded, values)
            f[i] = 0.5 * follow(m, links, values, tag, stack, lane)


@njit(cache=True)
def load(
    sire: NDArray[np.int32],
    dam: NDArray[np.int32],
    end: int,
    first: int,
    f: NDArray[np.float64],
    d: NDArray[np.float64],
    gamma: NDArray[np.float64],
    share: NDArray[np.float64],
    lines: NDArray[np.int32],
    heap: NDArray[np.int32],
    found: NDArray[np.int64],
    loaded: NDArray[np.int64],
    values: NDArray[np.float64],
) -> None:
    """Put c of the next sires, from the family at `first` on, into the lanes."""
    g, lane = len(gamma), 0
    for i in range(first, end):
        s = sire[i]
        if s < 0 or dam[i] < 0 or not np.isnan(f[i]) or (lane > 0 and loaded[lane - 1] == s):
            continue
        if lane == LANES:
            return
        found[lane] = ancestors(s, sire, dam, share, lines[lane], heap)
        loaded[lane] = s
        for k in range(found[lane]):
            j = lines[lane, k]
            if j >= g:
                values[j, lane] = share[j] * d[j]
            else:
                values[:g, lane] += gamma[:, j] * share[j]
            share[j] = 0.0
        lane += 1


@njit(cache=True)
def unload(
    lines: NDArray[np.int32],
    found: NDArray[np.int64],
    loaded: NDArray[np.int64],
    values: NDArray[np.float64],
    n_metafounders: int,
) -> None:
    """Empty the lanes."""
    for lane in range(LANES):
        for k in range(found[lane]):
            values[lines[lane, k], lane] = 0.0
        values[:n_metafounders, lane] = 0.0
        found[lane], loaded[lane] = 0, -1


@njit(cache=True)
def follow(
    animal: int,
    links: NDArray[np.int32],
    values: NDArray[np.float64],
    tag: int,
    stack: NDArray[np.int32],
    lane: int,
) -> float:
    """Relationship of `animal` to the sire of `lane`; those of its ancestors to all lanes are kept under `tag`."""
    stack[0], size = animal, 1
    while size > 0:
        j = stack[size - 1]
        s, m = links[j, 0], links[j, 1]
        waits = size
        if links[j, 2] != tag:
            if s >= 0 and links[s, 2] != tag:
                stack[size] = s
                size += 1
            if m >= 0 and links[m, 2] != tag:
                stack[size] = m
                size += 1
            if size > waits:
                continue
            links[j, 2] = tag
            for c in range(LANES):
                total = values[j, c]
                if s >= 0:
                    total += 0.5 * values[s, LANES + c]
                if m >= 0:
                    total += 0.5 * values[m, LANES + c]
                values[j, LANES + c] = total
        size -= 1
    return float(values[animal, LANES + lane])


@njit(cache=True)
def ancestors(
    animal: int,
    sire: NDArray[np.int32],
    dam: NDArray[np.int32],
    share: NDArray[np.float64],
    line: NDArray[np.int32],
    heap: NDArray[np.int32],
) -> int:
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
def push(heap: NDArray[np.int32], size: int, value: int) -> int:
    """Add `value` to a max-heap; its new size."""
    k = size
    while k > 0 and heap[(k - 1) >> 1] < value:
        heap[k] = heap[(k - 1) >> 1]
        k = (k - 1) >> 1
    heap[k] = value
    return size + 1


@njit(cache=True)
def drop_top(heap: NDArray[np.int32], size: int) -> int:
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
