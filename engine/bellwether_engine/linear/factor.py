"""Sparse factorisation of the equations, and the part of the inverse that reliabilities need."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from ..errors import ModelError
from .sparse import Analysis, analyse, kernels_of

EXACT_LIMIT = 100_000
FILL_LIMIT = 150_000_000


class Factor:
    """``C = L L'`` with a minimum-degree ordering, by supernodes; up to 300 equations as one dense matrix.

    Parameters
    ----------
    matrix : csc_array of float64, shape (n, n)
        Symmetric positive definite.
    analysis : Analysis, optional
        From an earlier factor of the same pattern: ordering and supernodes are not looked for again.
    largest, most_entries : int
        Equations and entries of L that are allowed, 100,000 and 150 million.

    Raises
    ------
    ModelError
        ``too_large`` above these limits;
        ``singular`` where the matrix is not positive definite, with the equation in `positions`.

    References
    ----------
    Amestoy, Davis and Duff 1996 (ordering); Ng and Peyton 1993 (supernodes); Takahashi et al. 1973 (inverse).

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.sparse import csc_array
    >>> factor = Factor(csc_array(np.array([[2.0, 1.0], [1.0, 2.0]])))
    >>> factor.solve(np.array([3.0, 3.0])).round(12)
    array([1., 1.])
    >>> factor.inverse_diagonal().round(6)
    array([0.666667, 0.666667])
    >>> round(float(np.exp(factor.log_determinant)), 12)
    3.0
    """

    def __init__(
        self,
        matrix: csc_array,
        analysis: Analysis | None = None,
        largest: int = EXACT_LIMIT,
        most_entries: int = FILL_LIMIT,
    ) -> None:
        n = matrix.shape[0]
        if n > largest:
            raise too_large(f"{n:,} equations are above the limit of {largest:,} for a direct solution")
        self._matrix = matrix = _canonical(matrix)
        self.analysis = shape = analysis or analyse(matrix)
        if shape.n_entries > most_entries:
            raise too_large(f"the factor would have {shape.n_entries:,} entries, the limit is {most_entries:,}")
        self._values = np.zeros(shape.n_entries)
        self._values[shape.target[shape.lower]] = matrix.data[shape.lower]
        self._kernels = kernels_of(shape)
        failed = self._kernels.factorise(self._values, matrix.diagonal()[shape.order], self.analysis.shape)
        if failed >= 0:
            raise singular(int(shape.order[failed]))

    def solve(self, rhs: NDArray[np.float64]) -> NDArray[np.float64]:
        """``C^-1 rhs``, float64 of the shape of `rhs`, (n,) or (n, m)."""
        order = self.analysis.order
        x = np.ascontiguousarray(rhs[order].reshape(len(order), -1))
        self._kernels.solve_lower(x, self._values, self.analysis.shape)
        self._kernels.solve_upper(x, self._values, self.analysis.shape)
        solved = np.empty(rhs.shape)
        solved[order] = x.reshape(rhs.shape)
        return solved

    def product(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """``C x``, float64 of the shape of `x`."""
        return np.asarray(self._matrix @ x)

    @cached_property
    def log_determinant(self) -> float:
        """``log |C|``."""
        return float(2.0 * np.log(self._values[self._diagonal]).sum())

    def inverse_diagonal(self) -> NDArray[np.float64]:
        """Diagonal of C^-1, float64 of shape (n,), by the selected inverse."""
        diagonal = np.empty(self._matrix.shape[0])
        diagonal[self.analysis.order] = self._inverse[self._diagonal]
        return diagonal

    def inverse_in_pattern(self) -> csc_array:
        """The entries of C^-1 where C has entries, csc_array of shape (n, n) with the pattern of C."""
        values = self._inverse[self.analysis.target]
        return csc_array((values, self._matrix.indices, self._matrix.indptr), shape=self._matrix.shape)

    @cached_property
    def _inverse(self) -> NDArray[np.float64]:
        panels: NDArray[np.float64] = self._kernels.selected_inverse(self._values, self.analysis.shape)
        return panels

    @cached_property
    def _diagonal(self) -> NDArray[np.int64]:
        """Places of the diagonal in the panels, in the order of elimination."""
        width = np.diff(self.analysis.shape.first)
        step = np.repeat(width + 1, width)
        begin = np.repeat(self.analysis.shape.panel[:-1], width)
        within = np.arange(len(begin)) - np.repeat(self.analysis.shape.first[:-1], width)
        places: NDArray[np.int64] = begin + within * step
        return places


def _canonical(matrix: csc_array) -> csc_array:
    """Rows ascending, without repeats, the whole diagonal stored."""
    matrix = csc_array(matrix)
    if not matrix.has_canonical_format:
        matrix = matrix.copy()
        matrix.sum_duplicates()
    if len(matrix.diagonal()) and (matrix.diagonal() <= 0.0).any():
        raise singular(int(np.flatnonzero(matrix.diagonal() <= 0.0)[0]))
    return matrix


def too_large(message: str) -> ModelError:
    """The refusal of a problem that is too large for exact answers."""
    fix = 'Use reliability = "none" (solver pcg), or a smaller data set'
    return ModelError("too_large", message, place="options.reliability", fix=fix)


def singular(equation: int) -> ModelError:
    """The refusal of equations without a unique solution."""
    fix = "Look for effects that are confounded, or for a variance that is nearly 0"
    return ModelError("singular", "the equations are singular", place="effects", fix=fix, positions=(equation,))
