"""Random levels of a genetic block, with the covariances that its relationships give them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .pedigree import Pedigree
from .relationship import Relationship

Matrix = NDArray[np.float64]
Sampler = Callable[[np.random.Generator, int], Matrix]


def pedigree_sampler(pedigree: Pedigree, inbreeding: NDArray[np.float64] | None) -> Sampler:
    """Draws from N(0, A), by ``T D^1/2 z``.

    Parameters
    ----------
    pedigree : Pedigree
    inbreeding : float64, shape (n_animals,), optional
        As in A-inverse: left out, inbreeding is ignored.

    Returns
    -------
    callable(generator, width)
        Float64 of shape (n_animals, width), columns independent; metafounders follow the animals, fixed groups do not.

    References
    ----------
    Chang 1988 (in Van Vleck 1994, J Anim Sci 72:1077); Garcia-Cortes et al. 1995, J Anim Breed Genet 112:176.

    Examples
    --------
    >>> draw = pedigree_sampler(Pedigree(sire=[-1, -1, 0], dam=[-1, -1, 1]), None)
    >>> draw(np.random.default_rng(1), 2).shape
    (3, 2)
    """
    relationship = Relationship(pedigree, inbreeding)
    return lambda generator, width: relationship.root(generator.standard_normal((relationship.n_levels, width)))
