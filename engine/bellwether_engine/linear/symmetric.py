"""Symmetric matrices in place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TILE = 2048


def mirror(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Copy the upper triangle onto the lower one, in place; the same matrix.

    Examples
    --------
    >>> mirror(np.array([[1.0, 2.0], [9.0, 3.0]]))
    array([[1., 2.],
           [2., 3.]])
    """
    for first in range(0, len(matrix), TILE):
        last = first + TILE
        matrix[last:, first:last] = matrix[first:last, last:].T
        own = matrix[first:last, first:last]
        own[...] = np.triu(own) + np.triu(own, 1).T
    return matrix
