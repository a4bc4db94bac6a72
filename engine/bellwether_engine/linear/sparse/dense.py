"""A small matrix as one panel, by LAPACK: faster than lists of rows, and nothing has to be compiled first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import get_lapack_funcs, solve_triangular

from .cholesky import SINGULAR
from .symbolic import Supernodes

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_potrf, _potri = get_lapack_funcs(("potrf", "potri"), dtype=np.float64)


def factorise(values: Floats, diagonal: Floats, shape: Supernodes) -> int:
    """As its namesake of supernodes, of one panel that is the whole matrix."""
    square = _square(values, shape)
    # LAPACK counts by columns: the upper factor of the transpose is the lower one of the matrix
    lower, stopped = _potrf(square.T, lower=0, clean=1)
    pivots = np.diag(lower)[: stopped - 1 if stopped > 0 else None] ** 2
    small = np.flatnonzero(pivots <= SINGULAR * diagonal[: len(pivots)])
    if len(small) or stopped > 0:
        return int(small[0]) if len(small) else stopped - 1
    square[:] = lower.T
    return -1


def solve_lower(x: Floats, values: Floats, shape: Supernodes) -> None:
    """``x = L^-1 x`` in place, x of shape (n, m)."""
    x[:] = solve_triangular(_square(values, shape), x, lower=True, check_finite=False)


def solve_upper(x: Floats, values: Floats, shape: Supernodes) -> None:
    """``x = L'^-1 x`` in place, x of shape (n, m)."""
    x[:] = solve_triangular(_square(values, shape), x, lower=True, trans="T", check_finite=False)


def selected_inverse(values: Floats, shape: Supernodes) -> Floats:
    """The whole inverse, as one panel."""
    upper, _stopped = _potri(_square(values, shape).T, lower=0)
    inverse = np.triu(upper)
    return np.ascontiguousarray(inverse + np.triu(upper, 1).T).ravel()


def _square(values: Floats, shape: Supernodes) -> Floats:
    n = int(shape.first[-1])
    return values.reshape(n, n)
