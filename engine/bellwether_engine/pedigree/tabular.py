"""Relationships of a small pedigree by the tabular method."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TABULAR_LIMIT = 500


def tabular_relationship(
    sire: NDArray[np.int32], dam: NDArray[np.int32], order: NDArray[np.int32], gamma: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Relationships A of all animals and metafounders, row by row: that of the parents, averaged.

    Parameters
    ----------
    sire, dam : int32, shape (n_animals,)
        Positions of the parents, -1 when unknown; ``n_animals + k`` for metafounder k.
    order : int32, shape (n_animals,)
        Positions with parents before offspring.
    gamma : float64, shape (n_metafounders, n_metafounders), optional
        Relationships of the metafounders.

    Returns
    -------
    float64, shape (n_animals + n_metafounders, n_animals + n_metafounders)

    References
    ----------
    Emik and Terrill 1949, J Hered 40:51; Legarra et al. 2015, Genetics 200:455.

    Examples
    --------
    >>> import numpy as np
    >>> parents = np.array([-1, -1, 0], np.int32), np.array([-1, -1, 1], np.int32)
    >>> tabular_relationship(*parents, np.arange(3, dtype=np.int32))
    array([[1. , 0. , 0.5],
           [0. , 1. , 0.5],
           [0.5, 0.5, 1. ]])
    """
    n = len(sire)
    a = np.zeros((n, n)) if gamma is None else np.pad(np.asarray(gamma, dtype=np.float64), ((n, 0), (n, 0)))
    for i in order:
        s, d = sire[i], dam[i]
        own = 1.0 + (0.5 * a[s, d] if s >= 0 and d >= 0 else 0.0)
        row = 0.5 * sum((a[p] for p in (s, d) if p >= 0), start=np.zeros(len(a)))
        a[i, :] = a[:, i] = row
        a[i, i] = own
    return a
