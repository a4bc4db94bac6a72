"""The shape of the factor before any number: elimination tree, supernodes and their rows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
WIDEST = 128


class Supernodes(NamedTuple):
    """Runs of columns of L that share their rows; kernels take them whole.

    Attributes
    ----------
    first : int64, shape (n_supernodes + 1,)
        First column of each supernode.
    row_start : int64, shape (n_supernodes + 1,)
    rows : int64, shape (n_rows,)
        Rows of each supernode from `row_start` on, ascending, its own columns first.
    panel : int64, shape (n_supernodes + 1,)
        Where the values of each supernode start: all its rows by all its columns, row after row.
    """

    first: Ints
    row_start: Ints
    rows: Ints
    panel: Ints


@njit(cache=True)
def upper_pattern(pointers: Ints, rows: Ints, place: Ints) -> tuple[Ints, Ints]:
    """Columns of the strict upper triangle once equation i stands at `place[i]`; rows in no order."""
    n = len(pointers) - 1
    # Count the entries of each new column, then put each where its column has room.
    start = np.zeros(n + 1, np.int64)
    for j in range(n):
        for p in range(pointers[j], pointers[j + 1]):
            if place[rows[p]] < place[j]:
                start[place[j] + 1] += 1
    start = np.cumsum(start)
    free = start[:-1].copy()
    upper = np.empty(start[n], np.int64)
    for j in range(n):
        for p in range(pointers[j], pointers[j + 1]):
            if place[rows[p]] < place[j]:
                upper[free[place[j]]] = place[rows[p]]
                free[place[j]] += 1
    return start, upper


@njit(cache=True)
def elimination_tree(pointers: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """Parent of each column in the elimination tree, and its entries in L below the diagonal (Liu 1990)."""
    n = len(pointers) - 1
    parent, mark = np.full(n, -1, np.int64), np.full(n, -1, np.int64)
    count = np.zeros(n, np.int64)
    for k in range(n):
        mark[k] = k
        # Row k of L: from each entry of C up the tree until a column that is marked for k (Davis 2006, section 4.1).
        for p in range(pointers[k], pointers[k + 1]):
            i = rows[p]
            while mark[i] != k:
                if parent[i] < 0:
                    parent[i] = k
                count[i] += 1
                mark[i] = k
                i = parent[i]
    return parent, count


@njit(cache=True)
def postorder(parent: Ints) -> Ints:
    """Columns in postorder: every column after its children, subtrees without gaps."""
    n = len(parent)
    # Children of each column as a list, the youngest in front.
    child, sibling = np.full(n, -1, np.int64), np.full(n, -1, np.int64)
    for j in range(n - 1, -1, -1):
        if parent[j] >= 0:
            sibling[j] = child[parent[j]]
            child[parent[j]] = j
    order, stack = np.empty(n, np.int64), np.empty(n, np.int64)
    done = 0
    # Depth first without recursion: a column is written down once its children are (Davis 2006, section 4.3).
    for root in range(n):
        if parent[root] >= 0:
            continue
        top = 0
        stack[0] = root
        while top >= 0:
            j = stack[top]
            if child[j] >= 0:
                top += 1
                stack[top] = child[j]
                child[j] = sibling[child[j]]
            else:
                order[done] = j
                done, top = done + 1, top - 1
    return order


@njit(cache=True)
def _allowed(width: int) -> float:
    """Share of zeros that a supernode may hold, by its width."""
    if width <= 4:
        return 1.0
    if width <= 16:
        return 0.5
    return 0.1 if width <= 48 else 0.05


@njit(cache=True)
def supernodes(parent: Ints, count: Ints) -> Ints:
    """First column of each supernode, then n: columns of (nearly) one pattern, at most `WIDEST` wide.

    A supernode joins its last child when few zeros are stored for it (Ashcraft and Grimes 1989).
    """
    n = len(parent)
    first, zeros = np.empty(n + 1, np.int64), np.zeros(n + 1, np.int64)
    top = 0
    for j in range(n):
        # Column j alone at first; then with its last child, as long as the zeros that this stores are few.
        first[top], zeros[top] = j, 0
        width, below, empty = 1, count[j], 0
        while top > 0 and first[top] <= parent[first[top] - 1] <= j:
            begin = first[top - 1]
            joined = j + 1 - begin
            size = joined * (joined + 1) // 2 + joined * below
            own = first[top] - begin
            under = count[first[top] - 1]
            extra = own * (width + below - under)
            total = empty + zeros[top - 1] + extra
            if (extra > 0 and total > _allowed(joined) * size) or joined > WIDEST:
                break
            top -= 1
            width, empty, zeros[top] = joined, total, total
        top += 1
    first[top] = n
    return first[: top + 1].copy()


def row_lists(pointers: Ints, rows: Ints, first: Ints, n: int) -> tuple[Ints, Ints]:
    """Start and rows (ascending) of each supernode, from the strict lower triangle by columns."""
    start, unsorted = _row_lists(pointers, rows, first, n)
    owner = np.repeat(np.arange(len(first) - 1), np.diff(start))
    return start, np.sort(owner * n + unsorted) - owner * n


@njit(cache=True)
def _row_lists(pointers: Ints, rows: Ints, first: Ints, n: int) -> tuple[Ints, Ints]:
    """Start of the rows of each supernode, (n_supernodes + 1,), and the rows, those below its columns in no order."""
    count = len(first) - 1
    owner = np.empty(n, np.int64)
    for s in range(count):
        owner[first[s] : first[s + 1]] = s
    start = np.zeros(count + 1, np.int64)
    space = np.empty(max(len(rows) + n, 16), np.int64)
    mark = np.full(n, -1, np.int64)
    head, link = np.full(count, -1, np.int64), np.full(count, -1, np.int64)
    for s in range(count):
        end = start[s]
        if end + n > len(space):
            bigger = np.empty(2 * len(space) + n, np.int64)
            bigger[:end] = space[:end]
            space = bigger
        # Its own columns, the rows of its first column in C, and what its children in the tree have below theirs.
        for j in range(first[s], first[s + 1]):
            space[end] = j
            mark[j], end = s, end + 1
        for p in range(pointers[first[s]], pointers[first[s + 1]]):
            if mark[rows[p]] != s:
                space[end] = rows[p]
                mark[rows[p]], end = s, end + 1
        c = head[s]
        while c >= 0:
            for p in range(start[c] + first[c + 1] - first[c], start[c + 1]):
                if mark[space[p]] != s:
                    space[end] = space[p]
                    mark[space[p]], end = s, end + 1
            c = link[c]
        start[s + 1] = end
        # Its parent in the tree owns the first row below.
        begin = start[s] + first[s + 1] - first[s]
        if end > begin:
            above = owner[space[begin:end].min()]
            link[s] = head[above]
            head[above] = s
    return start, space[: start[count]].copy()


@njit(cache=True)
def locate(rows: Ints, wanted: Ints, found: Ints) -> None:
    """Positions in `rows` of the `wanted` (both ascending, the second a part of the first), by galloping."""
    at = 0
    for i in range(len(wanted)):
        # Steps of 1, 2, 4 ... forward as long as they do not go too far, then half as long ones.
        step = 1
        while at + step < len(rows) and rows[at + step] <= wanted[i]:
            at += step
            step *= 2
        while step > 0:
            if at + step < len(rows) and rows[at + step] <= wanted[i]:
                at += step
            step //= 2
        found[i] = at


@njit(cache=True)
def targets(pointers: Ints, rows: Ints, place: Ints, shape: Supernodes) -> Ints:
    """Where each entry of the matrix (either triangle) lies in the panels."""
    first, row_start, panel = shape.first, shape.row_start, shape.panel
    n = len(pointers) - 1
    owner, position = np.empty(n, np.int64), np.empty(n, np.int64)
    order = np.empty(n, np.int64)
    for i in range(n):
        order[place[i]] = i
    target = np.empty(len(rows), np.int64)
    for s in range(len(first) - 1):
        owner[first[s] : first[s + 1]] = s
        for p in range(row_start[s], row_start[s + 1]):
            position[shape.rows[p]] = p - row_start[s]
        width = first[s + 1] - first[s]
        for c in range(first[s], first[s + 1]):
            j = order[c]
            for p in range(pointers[j], pointers[j + 1]):
                r = place[rows[p]]
                if r >= c:
                    target[p] = panel[s] + position[r] * width + c - first[s]
    return _mirror(pointers, rows, place, target)


@njit(cache=True)
def _mirror(pointers: Ints, rows: Ints, place: Ints, target: Ints) -> Ints:
    """Entries above the diagonal share the place of their mirror image (rows ascending in each column)."""
    n = len(pointers) - 1
    for j in range(n):
        for p in range(pointers[j], pointers[j + 1]):
            i = rows[p]
            if place[i] < place[j]:
                low, high = pointers[i], pointers[i + 1] - 1
                while low < high:
                    middle = (low + high) // 2
                    if rows[middle] < j:
                        low = middle + 1
                    else:
                        high = middle
                target[p] = target[low]
    return target
