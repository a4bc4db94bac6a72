"""The numbers of the factor, supernode by supernode, and solutions with it."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .symbolic import Supernodes, locate

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
SINGULAR = 1e-12
SMALL = 2000


@njit(cache=True, fastmath={"reassoc", "contract"})
def _dot(a: Floats, b: Floats, length: int) -> float:
    """``a'b`` over the first `length` numbers; the order of the sum is free, so that it is done in vectors."""
    total = 0.0
    for t in range(length):
        total += a[t] * b[t]
    return total


@njit(cache=True)
def product(a: Floats, b: Floats, out: Floats) -> None:
    """``out = a b'``: plain loops for small blocks, BLAS for the others."""
    if a.shape[0] * b.shape[0] * a.shape[1] > SMALL:
        np.dot(a, b.T, out)
        return
    for i in range(a.shape[0]):
        for j in range(b.shape[0]):
            out[i, j] = _dot(a[i], b[j], a.shape[1])


@njit(cache=True)
def _factor_panel(panel: Floats, diagonal: Floats) -> int:
    """Cholesky factor of the square on top of `panel` (n_rows, width), the rows below solved with it; the column that
    fails, or -1."""
    n_rows, width = panel.shape
    # Row by row: l_ij = (c_ij - sum_t l_it l_jt) / l_jj, and on the diagonal the root of what is left.
    for i in range(n_rows):
        row = panel[i]
        for j in range(min(i, width)):
            row[j] = (row[j] - _dot(row, panel[j], j)) / panel[j, j]
        if i < width:
            pivot = row[i] - _dot(row, row, i)
            if not pivot > SINGULAR * diagonal[i]:
                return i
            row[i] = np.sqrt(pivot)
    return -1


@njit(cache=True)
def factorise(values: Floats, diagonal: Floats, shape: Supernodes) -> int:
    """Turn the panels of C into those of L in place, ``C = L L'``, left-looking by supernodes.

    Returns the first column with a pivot below 1e-12 of its `diagonal`, or -1 (Ng and Peyton 1993).
    """
    first, row_start, rows, panel = shape.first, shape.row_start, shape.rows, shape.panel
    count = len(first) - 1
    n = first[count]
    # Each finished supernode waits in the list of the next one that its rows touch: `head` starts the list of each,
    # `link` goes on, `at` is the first row that has not been used.
    owner = np.empty(n, np.int64)
    for s in range(count):
        owner[first[s] : first[s + 1]] = s
    head, link = np.full(count, -1, np.int64), np.full(count, -1, np.int64)
    at = np.zeros(count, np.int64)
    found = np.empty(n, np.int64)
    work = np.empty(1)
    for s in range(count):
        begin, end = row_start[s], row_start[s + 1]
        width = first[s + 1] - first[s]
        own = values[panel[s] : panel[s + 1]].reshape((end - begin, width))
        # C_s - sum over the descendants d of L_d L_d': their rows from s on, times those inside s.
        d = head[s]
        while d >= 0:
            following = link[d]
            below, wide = rows[row_start[d] : row_start[d + 1]], first[d + 1] - first[d]
            p = at[d]
            q = p
            while q < len(below) and below[q] < first[s + 1]:
                q += 1
            source = values[panel[d] : panel[d + 1]].reshape((len(below), wide))
            size = (len(below) - p) * (q - p)
            if size > len(work):
                work = np.empty(2 * size)
            block = work[:size].reshape((len(below) - p, q - p))
            product(source[p:], source[p:q], block)
            # The product is dense; its rows are scattered to where they stand in s.
            locate(rows[begin:end], below[p:], found)
            for i in range(len(below) - p):
                for j in range(min(i + 1, q - p)):
                    own[found[i], below[p + j] - first[s]] -= block[i, j]
            # d waits for the next supernode that it touches.
            at[d] = q
            if q < len(below):
                link[d] = head[owner[below[q]]]
                head[owner[below[q]]] = d
            d = following
        # Nothing else acts on s: its panel is factorised, and it waits in turn.
        failed = _factor_panel(own, diagonal[first[s] : first[s + 1]])
        if failed >= 0:
            return int(first[s] + failed)
        at[s] = width
        if width < end - begin:
            above = owner[rows[begin + width]]
            link[s] = head[above]
            head[above] = s
    return -1


@njit(cache=True)
def solve_lower(x: Floats, values: Floats, shape: Supernodes) -> None:
    """``x = L^-1 x`` in place, x of shape (n, m)."""
    first, row_start, rows, panel, m = shape.first, shape.row_start, shape.rows, shape.panel, x.shape[1]
    # Forward, from the first supernode to the last: x_i = (x_i - sum_j l_ij x_j) / l_ii (Davis 2006, chapter 3).
    for s in range(len(first) - 1):
        own = rows[row_start[s] : row_start[s + 1]]
        width = first[s + 1] - first[s]
        part = values[panel[s] : panel[s + 1]].reshape((len(own), width))
        for i in range(len(own)):
            for j in range(min(i, width)):
                for c in range(m):
                    x[own[i], c] -= part[i, j] * x[first[s] + j, c]
            if i < width:
                for c in range(m):
                    x[own[i], c] /= part[i, i]


@njit(cache=True)
def solve_upper(x: Floats, values: Floats, shape: Supernodes) -> None:
    """``x = L'^-1 x`` in place, x of shape (n, m)."""
    first, row_start, rows, panel, m = shape.first, shape.row_start, shape.rows, shape.panel, x.shape[1]
    # Backward: each x_i, once it is known, is taken out of the columns before it.
    for s in range(len(first) - 2, -1, -1):
        own = rows[row_start[s] : row_start[s + 1]]
        width = first[s + 1] - first[s]
        part = values[panel[s] : panel[s + 1]].reshape((len(own), width))
        for i in range(len(own) - 1, -1, -1):
            if i < width:
                for c in range(m):
                    x[own[i], c] /= part[i, i]
            for j in range(min(i, width)):
                for c in range(m):
                    x[first[s] + j, c] -= part[i, j] * x[own[i], c]
