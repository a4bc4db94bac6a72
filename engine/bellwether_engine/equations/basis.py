"""Legendre polynomials of a record column."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..model.effect import Legendre


def legendre(basis: Legendre, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Normalised Legendre polynomials ``sqrt((2j + 1) / 2) P_j`` of `values`, columns j = 0 .. order.

    Parameters
    ----------
    basis : Legendre
    values : float64, shape (n,)
        In the unit of the range of the basis.

    Returns
    -------
    float64, shape (n, order + 1)

    Examples
    --------
    >>> import numpy as np
    >>> legendre(Legendre(order=1, on="dim", lower=4, upper=310), np.array([4.0, 310.0])).round(4)
    array([[ 0.7071, -1.2247],
           [ 0.7071,  1.2247]])
    """
    scaled = 2.0 * (values - basis.lower) / (basis.upper - basis.lower) - 1.0
    degree = np.arange(basis.order + 1)
    polynomials = np.asarray(np.polynomial.legendre.legvander(scaled, basis.order), dtype=np.float64)
    return np.asarray(polynomials * np.sqrt((2.0 * degree + 1.0) / 2.0))
