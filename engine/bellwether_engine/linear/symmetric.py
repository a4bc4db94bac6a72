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


def inverse_of_covariances(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Inverse of a positive definite matrix of covariances by eigenvectors of its correlations: with rounding in the
    directions that hardly vary, which does not reach the others.

    Examples
    --------
    >>> inverse_of_covariances(np.array([[2.0, 0.0], [0.0, 4.0]])).round(12)
    array([[0.5 , 0.  ],
           [0.  , 0.25]])
    """
    scale = np.sqrt(np.diag(matrix))
    values, vectors = np.linalg.eigh(matrix / np.outer(scale, scale))
    if not values[0] > 0.0:
        raise np.linalg.LinAlgError("not positive definite")
    half = vectors / np.sqrt(values)
    return np.asarray(half @ half.T / np.outer(scale, scale), dtype=np.float64)
