"""The entries of the inverse in the pattern of the factor."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .cholesky import product
from .symbolic import Supernodes, locate

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@njit(cache=True)
def _invert_lower(panel: Floats, width: int, out: Floats) -> None:
    """`out` (width, width) <- the transpose of the inverse of the lower triangle on top of `panel`."""
    # Column j of the inverse by forward substitution: x_i = -sum_t l_it x_t / l_ii, x_j = 1 / l_jj.
    for j in range(width):
        for i in range(width):
            out[j, i] = 0.0
        out[j, j] = 1.0 / panel[j, j]
        for i in range(j + 1, width):
            total = 0.0
            for t in range(j, i):
                total -= panel[i, t] * out[j, t]
            out[j, i] = total / panel[i, i]


@njit(cache=True)
def _gather(below: Ints, inverse: Floats, shape: Supernodes, owner: Ints, out: Floats) -> None:
    """`out` (m, m) <- Z_SS, the inverse among the m rows `below`, from the panels of the supernodes above."""
    # Rows of one supernode t together: its panel has their inverse with all rows after them, for L has its places.
    first, row_start, rows, panel = shape.first, shape.row_start, shape.rows, shape.panel
    found = np.empty(len(below), np.int64)
    a = 0
    while a < len(below):
        t = owner[below[a]]
        b = a
        while b < len(below) and below[b] < first[t + 1]:
            b += 1
        width = first[t + 1] - first[t]
        above = rows[row_start[t] : row_start[t + 1]]
        source = inverse[panel[t] : panel[t + 1]].reshape((len(above), width))
        locate(above, below[a:], found)
        for i in range(a, len(below)):
            for j in range(a, min(b, i + 1)):
                out[i, j] = source[found[i - a], below[j] - first[t]]
        a = b
    for i in range(len(below)):
        for j in range(i):
            out[j, i] = out[i, j]


@njit(cache=True)
def selected_inverse(values: Floats, shape: Supernodes) -> Floats:
    """Panels of ``(L L')^-1`` in the pattern of L, the squares on the diagonal in full.

    With J the columns of a supernode and S its rows below, from the last to the first:
    ``Z_SJ = -Z_SS Y`` and ``Z_JJ = L_JJ'^-1 L_JJ^-1 - Y' Z_SJ``, where ``Y = L_SJ L_JJ^-1``
    (Takahashi et al. 1973; Campbell and Davis 1995; by supernodes).
    """
    first, row_start, rows, panel = shape.first, shape.row_start, shape.rows, shape.panel
    count = len(first) - 1
    owner = np.empty(first[count], np.int64)
    for s in range(count):
        owner[first[s] : first[s + 1]] = s
    inverse = np.empty(len(values))
    largest = 0
    for s in range(count):
        largest = max(largest, row_start[s + 1] - row_start[s] - first[s + 1] + first[s])
    among = np.empty(largest * largest)
    for s in range(count - 1, -1, -1):
        width = first[s + 1] - first[s]
        n_rows = row_start[s + 1] - row_start[s]
        m = n_rows - width
        below = rows[row_start[s] + width : row_start[s + 1]]
        lower = values[panel[s] : panel[s + 1]].reshape((n_rows, width))
        result = inverse[panel[s] : panel[s + 1]].reshape((n_rows, width))
        corner = np.empty((width, width))
        # L_JJ'^-1 L_JJ^-1
        _invert_lower(lower, width, corner)
        product(corner, corner, result[:width])
        if m == 0:
            continue
        square = among[: m * m].reshape((m, m))
        _gather(below, inverse, shape, owner, square)
        # Y = L_SJ L_JJ^-1, then Z_SS Y
        y = np.empty((m, width))
        product(lower[width:], corner, y)
        y_rows = np.ascontiguousarray(y.T)
        product(square, y_rows, result[width:])
        # Y' Z_SS Y to Z_JJ, and the sign of Z_SJ
        z_rows = np.ascontiguousarray(result[width:].T)
        correction = np.empty((width, width))
        product(y_rows, z_rows, correction)
        result[:width] += correction
        for i in range(width, n_rows):
            for j in range(width):
                result[i, j] = -result[i, j]
    return inverse
