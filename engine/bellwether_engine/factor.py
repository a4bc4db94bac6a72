"""Sparse factorisation of the equations, and the part of the inverse that reliabilities need."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import csc_array, triu
from scipy.sparse.linalg import SuperLU, splu

from .errors import ModelError

EXACT_LIMIT = 100_000
FILL_LIMIT = 60_000_000


class Factor:
    """``C = L D L'`` with a minimum-degree ordering.

    Parameters
    ----------
    matrix : csc_array of float64, shape (n, n)
        Symmetric positive definite.

    Raises
    ------
    ModelError
        ``too_large`` above 100,000 equations, or where L would have more than 60 million entries;
        ``singular`` where the matrix is not positive definite.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.sparse import csc_array
    >>> factor = Factor(csc_array(np.array([[2.0, 1.0], [1.0, 2.0]])))
    >>> factor.solve(np.array([3.0, 3.0]))
    array([1., 1.])
    >>> factor.inverse_diagonal().round(6)
    array([0.666667, 0.666667])
    """

    def __init__(self, matrix: csc_array) -> None:
        n = matrix.shape[0]
        if n > EXACT_LIMIT:
            raise too_large(f"{n:,} equations are above the limit of {EXACT_LIMIT:,} for a direct solution")
        self._matrix = matrix
        self._lu = _factorise(matrix)
        pivots = self._lu.U.diagonal()
        if (pivots <= 1e-12 * matrix.diagonal()[np.argsort(self._lu.perm_c)]).any():
            raise singular()

    def solve(self, rhs: NDArray[np.float64]) -> NDArray[np.float64]:
        """``C^-1 rhs``, float64 of the shape of `rhs`."""
        solved: NDArray[np.float64] = self._lu.solve(rhs)
        return solved

    def inverse_diagonal(self) -> NDArray[np.float64]:
        """Diagonal of C^-1, float64 of shape (n,), by the selected inverse (Takahashi et al. 1973)."""
        order = np.argsort(self._lu.perm_c).astype(np.int64)
        upper = csc_array(triu(self._matrix[order][:, order], format="csc"))
        upper.sort_indices()
        pointers, rows = upper.indptr.astype(np.int64), upper.indices.astype(np.int64)
        parent, start = elimination_tree(pointers, rows)
        if start[-1] > FILL_LIMIT:
            raise too_large(f"the factor would have {int(start[-1]):,} entries, the limit is {FILL_LIMIT:,}")
        lower_rows, lower, pivots = factorise(pointers, rows, upper.data, parent, start)
        diagonal = np.empty(len(order))
        diagonal[order] = selected_inverse(start, lower_rows, lower, pivots)
        return diagonal


def too_large(message: str) -> ModelError:
    """The refusal of a problem that is too large for exact answers."""
    fix = 'Use reliability = "none" (solver pcg), or a smaller data set'
    return ModelError("too_large", message, place="options.reliability", fix=fix)


def singular() -> ModelError:
    """The refusal of equations without a unique solution."""
    fix = "Look for effects that are confounded, or for a variance that is nearly 0"
    return ModelError("singular", "the equations are singular", place="effects", fix=fix)


def _factorise(matrix: csc_array) -> SuperLU:
    options = {"SymmetricMode": True}
    try:
        return splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=options)
    except RuntimeError as error:
        raise singular() from error


@njit(cache=True)
def elimination_tree(
    pointers: NDArray[np.int64], rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:  # pragma: no cover - compiled
    """Parents in the elimination tree and column starts of L, from the upper triangle by columns (Liu 1990)."""
    n = len(pointers) - 1
    parent = np.full(n, -1, np.int64)
    mark = np.full(n, -1, np.int64)
    start = np.zeros(n + 1, np.int64)
    for k in range(n):
        mark[k] = k
        for p in range(pointers[k], pointers[k + 1]):
            i = rows[p]
            while mark[i] != k:
                if parent[i] < 0:
                    parent[i] = k
                start[i + 1] += 1
                mark[i] = k
                i = parent[i]
    return parent, np.cumsum(start)


@njit(cache=True)
def factorise(
    pointers: NDArray[np.int64],
    rows: NDArray[np.int64],
    values: NDArray[np.float64],
    parent: NDArray[np.int64],
    start: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:  # pragma: no cover - compiled
    """Row by row: rows and values of L by columns (unit diagonal left out), and D."""
    n = len(parent)
    lower_rows = np.empty(start[n], np.int64)
    lower = np.empty(start[n])
    free = start[:-1].copy()
    pivots = np.zeros(n)
    work = np.zeros(n)
    mark = np.full(n, -1, np.int64)
    pattern = np.empty(n, np.int64)
    path = np.empty(n, np.int64)
    for k in range(n):
        mark[k] = k
        top = n
        for p in range(pointers[k], pointers[k + 1]):
            i = rows[p]
            work[i] += values[p]
            length = 0
            while mark[i] != k:
                path[length] = i
                length += 1
                mark[i] = k
                i = parent[i]
            while length > 0:
                length -= 1
                top -= 1
                pattern[top] = path[length]
        pivots[k] = work[k]
        work[k] = 0.0
        for q in range(top, n):
            i = pattern[q]
            x = work[i]
            work[i] = 0.0
            for p in range(start[i], free[i]):
                work[lower_rows[p]] -= lower[p] * x
            lower_rows[free[i]] = k
            lower[free[i]] = x / pivots[i]
            free[i] += 1
            pivots[k] -= x * x / pivots[i]
    return lower_rows, lower, pivots


@njit(cache=True)
def selected_inverse(
    start: NDArray[np.int64],
    rows: NDArray[np.int64],
    lower: NDArray[np.float64],
    pivots: NDArray[np.float64],
) -> NDArray[np.float64]:  # pragma: no cover - compiled
    """Diagonal of (L D L')^-1; only entries in the pattern of L are computed, from the last column to the first."""
    n = len(pivots)
    inverse = np.empty(start[n])
    diagonal = np.empty(n)
    factor = np.zeros(n)
    total = np.zeros(n)
    for j in range(n - 1, -1, -1):
        for p in range(start[j], start[j + 1]):
            factor[rows[p]] = lower[p]
            total[rows[p]] = 0.0
        for p in range(start[j], start[j + 1]):
            k = rows[p]
            x = lower[p]
            below = 0.0
            for q in range(start[k], start[k + 1]):
                i = rows[q]
                total[i] -= inverse[q] * x
                below += inverse[q] * factor[i]
            total[k] -= diagonal[k] * x + below
        diagonal[j] = 1.0 / pivots[j]
        for p in range(start[j], start[j + 1]):
            k = rows[p]
            inverse[p] = total[k]
            diagonal[j] -= total[k] * lower[p]
            factor[k] = 0.0
    return diagonal
