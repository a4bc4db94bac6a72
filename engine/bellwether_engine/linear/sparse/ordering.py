"""Minimum-degree ordering: which equation to eliminate next so that the factor stays sparse."""

from __future__ import annotations

import numpy as np
from numba import njit

from .quotient import DONE, FLAG, FREE, LARGEST, LOWEST, Ints, Quotient, compact, link, new_graph, unlink


def minimum_degree(pointers: Ints, rows: Ints) -> Ints:
    """Order of elimination by approximate minimum degree.

    Parameters
    ----------
    pointers, rows : int64, shapes (n + 1,) and (nnz,)
        Symmetric pattern by columns, both triangles, without the diagonal.

    Returns
    -------
    int64, shape (n,)
        Equations in the order of their elimination; ties go to the variable that was changed last, so that the
        order is a function of the pattern alone. Equations with more than ``10 sqrt(n)`` neighbours come last.

    References
    ----------
    Amestoy, Davis and Duff 1996, SIAM J Matrix Anal Appl 17:886.

    Examples
    --------
    The centre of a star is eliminated at its end, when it has one neighbour left:

    >>> import numpy as np
    >>> centre, leaf = np.array([1, 2, 3]), np.array([0])
    >>> rows = np.concatenate([centre, leaf, leaf, leaf])
    >>> minimum_degree(np.array([0, 3, 4, 5, 6]), rows)
    array([1, 2, 0, 3])
    """
    n = len(pointers) - 1
    graph = new_graph(pointers, rows)
    dense = max(16, int(10 * np.sqrt(n)))
    pivots, rank = _eliminate(graph, dense)
    late = np.flatnonzero((rank < 0) & (graph.degree > dense) & (graph.into < 0))
    late = late[np.argsort(graph.degree[late], kind="stable")]
    rank[late] = len(pivots) + np.arange(len(late))
    _follow(graph.into, rank)
    return np.argsort(rank, kind="stable").astype(np.int64)


@njit(cache=True)
def _follow(into: Ints, rank: Ints) -> None:
    """Give a merged equation the rank of the pivot that it was merged with."""
    for i in range(len(into)):
        j = i
        while rank[j] < 0:
            j = into[j]
        found = rank[j]
        j = i
        while rank[j] < 0:
            rank[j] = found
            j = into[j]


@njit(cache=True)
def _eliminate(g: Quotient, dense: int) -> tuple[Ints, Ints]:
    """Pivots in their order, and the rank of each (-1: not a pivot)."""
    n = len(g.start)
    pivots, rank = np.empty(n, np.int64), np.full(n, -1, np.int64)
    count = 0
    g.state[LOWEST] = n
    # Equations with very many neighbours would make every step slow: they come last, and count as done.
    for i in range(n - 1, -1, -1):
        if g.degree[i] > dense:
            g.weight[i] = 0
            g.length[i] = 0
            g.state[DONE] += 1
        else:
            link(g, i, g.degree[i])
    # The variable of least degree is next; it becomes an element, the clique of its neighbours.
    while g.state[DONE] < n:
        while g.head[g.state[LOWEST]] < 0:
            g.state[LOWEST] += 1
        me = g.head[g.state[LOWEST]]
        unlink(g, me)
        pivots[count], rank[me] = me, count
        count += 1
        g.state[DONE] += g.weight[me]
        _form_element(g, me)
        _count_overlaps(g, me)
        _shorten_lists(g, me)
        _merge_alike(g, me)
        _put_back(g, me)
    return pivots[:count], rank


@njit(cache=True)
def _take(g: Quotient, i: int, end: int) -> int:
    """Move variable i into the new element, once."""
    if g.weight[i] > 0:
        unlink(g, i)
        g.weight[i] = -g.weight[i]
        g.items[end] = i
        return end + 1
    return end


@njit(cache=True)
def _form_element(g: Quotient, me: int) -> None:
    """The new element: all variables next to the pivot, its old elements absorbed."""
    g.weight[me] = -g.weight[me]
    n_elements = g.elements[me]
    need = g.length[me]
    for p in range(g.start[me], g.start[me] + n_elements):
        need += g.length[g.items[p]]
    if n_elements > 0 and g.state[FREE] + need > len(g.items):
        compact(g)
    # In its own place where it has no old elements, else behind all lists.
    begin = g.start[me]
    new = g.state[FREE] if n_elements > 0 else begin
    end = new
    for p in range(begin, begin + n_elements):
        e = g.items[p]
        for q in range(g.start[e], g.start[e] + g.length[e]):
            end = _take(g, g.items[q], end)
        g.work[e] = 0
        g.length[e] = 0
    for p in range(begin + n_elements, begin + g.length[me]):
        end = _take(g, g.items[p], end)
    if n_elements > 0:
        g.state[FREE] = end
    g.start[me], g.length[me], g.elements[me] = new, end - new, -1
    g.degree[me] = 0
    for p in range(new, end):
        g.degree[me] -= g.weight[g.items[p]]
    g.work[me] = 1


@njit(cache=True)
def _count_overlaps(g: Quotient, me: int) -> None:
    """``work[e] - flag``: the part of each element next door that lies outside the new one."""
    flag = g.state[FLAG]
    for p in range(g.start[me], g.start[me] + g.length[me]):
        i = g.items[p]
        for q in range(g.start[i], g.start[i] + g.elements[i]):
            e = g.items[q]
            if g.work[e] >= flag:
                g.work[e] += g.weight[i]
            elif g.work[e] != 0:
                g.work[e] = g.degree[e] + flag + g.weight[i]


@njit(cache=True)
def _shorten_lists(g: Quotient, me: int) -> None:
    """New bounds on the degrees; elements inside the new one are absorbed, variables inside it are eliminated."""
    flag, n = g.state[FLAG], len(g.start)
    for p in range(g.start[me], g.start[me] + g.length[me]):
        i = g.items[p]
        first = g.start[i]
        # d_i <= sum of what its elements have outside the new one (the bound of Amestoy, Davis and Duff 1996) ...
        end, outside, key = first, 0, 0
        for q in range(first, first + g.elements[i]):
            e = g.items[q]
            if g.work[e] > flag:
                outside += g.work[e] - flag
                g.items[end] = e
                end, key = end + 1, key + e
            elif g.work[e] != 0:
                g.work[e] = 0
                g.length[e] = 0
        # ... and of its own variables outside.
        middle = end
        for q in range(first + g.elements[i], first + g.length[i]):
            j = g.items[q]
            if g.weight[j] > 0:
                outside += g.weight[j]
                g.items[end] = j
                end, key = end + 1, key + j
        # Nothing outside: i can be eliminated together with the pivot.
        if end == first:
            g.into[i], g.length[i] = me, 0
            g.degree[me] += g.weight[i]
            g.state[DONE] -= g.weight[i]
            g.weight[i] = 0
            continue
        # The new element takes the first place of the list; `key` brings variables with equal lists to one bucket.
        g.degree[i] = min(g.degree[i], outside)
        g.items[end] = g.items[middle]
        g.items[middle] = g.items[first]
        g.items[first] = me
        g.elements[i], g.length[i] = middle - first + 1, end - first + 1
        g.key[i] = key % n
        g.chain[i] = g.bucket[g.key[i]]
        g.bucket[g.key[i]] = i
    g.state[LARGEST] = max(g.state[LARGEST], g.degree[me])
    g.state[FLAG] += g.state[LARGEST] + 1


@njit(cache=True)
def _merge_alike(g: Quotient, me: int) -> None:
    """Variables with the same neighbours become one."""
    for p in range(g.start[me], g.start[me] + g.length[me]):
        if g.weight[g.items[p]] == 0:
            continue
        slot = g.key[g.items[p]]
        i = g.bucket[slot]
        g.bucket[slot] = -1
        while i >= 0 and g.chain[i] >= 0:
            g.state[FLAG] += 1
            for q in range(g.start[i] + 1, g.start[i] + g.length[i]):
                g.work[g.items[q]] = g.state[FLAG]
            last, j = i, g.chain[i]
            while j >= 0:
                if _is_alike(g, i, j):
                    g.into[j], g.length[j] = i, 0
                    g.weight[i] += g.weight[j]
                    g.weight[j] = 0
                    g.chain[last] = g.chain[j]
                else:
                    last = j
                j = g.chain[j]
            i = g.chain[i]
    g.state[FLAG] += 1


@njit(cache=True)
def _is_alike(g: Quotient, i: int, j: int) -> bool:
    """Have i, whose neighbours are marked with the flag, and j the same neighbours?"""
    if g.length[i] != g.length[j] or g.elements[i] != g.elements[j]:
        return False
    differing = 0
    for q in range(g.start[j] + 1, g.start[j] + g.length[j]):
        differing += g.work[g.items[q]] != g.state[FLAG]
    return differing == 0


@njit(cache=True)
def _put_back(g: Quotient, me: int) -> None:
    """The live variables of the new element return to the lists of degrees."""
    n, end = len(g.start), g.start[me]
    for p in range(g.start[me], g.start[me] + g.length[me]):
        i = g.items[p]
        if g.weight[i] < 0:
            g.weight[i] = -g.weight[i]
            bound = g.degree[i] + g.degree[me] - g.weight[i]
            link(g, i, max(0, min(bound, n - g.state[DONE] - g.weight[i])))
            g.items[end] = i
            end += 1
    g.length[me] = end - g.start[me]
    g.weight[me] = 0
    if end == g.start[me]:
        g.work[me] = 0
