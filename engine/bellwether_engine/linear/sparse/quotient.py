"""The quotient graph of an elimination, and its lists of degrees."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
FREE, FLAG, LOWEST, DONE, LARGEST = range(5)


class Quotient(NamedTuple):
    """The quotient graph: n nodes, each a variable still to eliminate, an element (a pivot of the past), or dead.

    `items` holds the list of each node from `start`, `length` entries: first `elements` elements, then variables.
    `weight` counts the equations that a variable stands for (0: dead), negative while it is in the new element.
    `degree` is a bound on the equations next to a node, `head`, `after` and `before` chain variables of one degree,
    `work` marks, `into` the node that a dead one was merged with, `state` the scalars of the run.
    """

    items: Ints
    start: Ints
    length: Ints
    elements: Ints
    weight: Ints
    degree: Ints
    head: Ints
    after: Ints
    before: Ints
    work: Ints
    into: Ints
    key: Ints
    bucket: Ints
    chain: Ints
    state: Ints


def new_graph(pointers: Ints, rows: Ints) -> Quotient:
    """The graph before anything is eliminated, with room for the elements to come."""
    n = len(pointers) - 1
    length = np.diff(pointers).astype(np.int64)
    items = np.empty(2 * (len(rows) + n) + 1, np.int64)
    items[: len(rows)] = rows
    state = np.zeros(5, np.int64)
    state[FREE], state[FLAG] = len(rows), 2

    def filled(value: int) -> Ints:
        return np.full(n, value, np.int64)

    return Quotient(
        items, pointers[:-1].astype(np.int64), length, filled(0), filled(1), length.copy(), np.full(n + 1, -1),
        filled(-1), filled(-1), filled(1), filled(-1), filled(0), np.full(n + 1, -1), filled(-1), state,
    )  # fmt: skip


@njit(cache=True)
def link(g: Quotient, i: int, degree: int) -> None:
    """Variable i to the front of the list of its `degree`."""
    g.degree[i] = degree
    first = g.head[degree]
    if first >= 0:
        g.before[first] = i
    g.after[i] = first
    g.before[i] = -1
    g.head[degree] = i
    g.state[LOWEST] = min(g.state[LOWEST], degree)


@njit(cache=True)
def unlink(g: Quotient, i: int) -> None:
    """Variable i out of the list of its degree."""
    after, before = g.after[i], g.before[i]
    if after >= 0:
        g.before[after] = before
    if before >= 0:
        g.after[before] = after
    else:
        g.head[g.degree[i]] = after


@njit(cache=True)
def compact(g: Quotient) -> None:
    """Close the gaps between the lists; the first item of each gives way to the name of its node meanwhile."""
    # Mark where each list begins: the name of its node takes the place of its first item, which waits in `start`.
    for i in range(len(g.start)):
        if g.length[i] > 0:
            first = g.start[i]
            g.start[i] = g.items[first]
            g.items[first] = -i - 1
    # Move the lists together in the order in which they lie.
    end, p = 0, 0
    while p < g.state[FREE]:
        i = -g.items[p] - 1
        p += 1
        if i < 0:
            continue
        g.items[end] = g.start[i]
        g.start[i] = end
        end += 1
        for _ in range(g.length[i] - 1):
            g.items[end] = g.items[p]
            end, p = end + 1, p + 1
    g.state[FREE] = end
