"""The genomic relationship matrix G, in blocks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..arguments import checked, choice, instance, optional
from ..errors import ModelError
from ..linear.symmetric import mirror
from .centred import Centred

DENSE_LIMIT = 25_000
EXACT_WORK = 2e10
MARKER_TILE = 2048
ANIMAL_TILE = 4096


@checked(z=instance(Centred), dtype=optional(choice(np.float32, np.float64)))
def genomic_relationship(z: Centred, *, dtype: type[np.floating] | None = None) -> NDArray[np.float64]:
    """G = Z Z'.

    Parameters
    ----------
    z : Centred
    dtype : float32 or float64, optional
        Of the products within a tile of 2,048 markers; tiles are added up in float64. By default float64 where it
        takes a second, float32 above ``n_animals^2 n_markers = 2e10`` (error about 1e-7).

    Returns
    -------
    float64, shape (n_animals, n_animals)
        Symmetric.

    Raises
    ------
    ModelError
        ``too_large`` above 25,000 animals (5 GB).

    References
    ----------
    VanRaden 2008, J Dairy Sci 91:4414.

    Examples
    --------
    >>> from bellwether_engine.relationships import centre
    >>> from bellwether_engine.genotypes import pack
    >>> genomic_relationship(centre(pack([[0, 2], [1, 1], [2, 1]]), np.array([0.5, 0.5])))
    array([[ 2.,  0., -1.],
           [ 0.,  0.,  0.],
           [-1.,  0.,  1.]])
    """
    n, m = z.n_animals, z.n_markers
    if n > DENSE_LIMIT:
        message = f"G of {n:,} animals is above the limit of {DENSE_LIMIT:,}"
        fix = "Use ssgtblup, sssnpblup or apy, which never form it"
        raise ModelError("too_large", message, place="genomic.method", fix=fix)
    used = dtype or (np.float64 if float(n) ** 2 * m <= EXACT_WORK else np.float32)
    g = np.zeros((n, n))
    for first in range(0, m, MARKER_TILE):
        tile = z.decode(first, first + MARKER_TILE, used)
        for a in range(0, n, ANIMAL_TILE):
            rows = tile[a : a + ANIMAL_TILE]
            for b in range(a, n, ANIMAL_TILE):
                g[a : a + ANIMAL_TILE, b : b + ANIMAL_TILE] += rows @ tile[b : b + ANIMAL_TILE].T
    return mirror(g)
