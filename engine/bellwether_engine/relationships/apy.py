"""The inverse of G from a core of animals (APY)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..pedigree.subset import RelationshipBlock
from .blending import Tuning
from .centred import Centred
from .inverses import GenomicInverse, invert

Matrix = NDArray[np.float64]
TILE = 1024


class CoreInverse(GenomicInverse):
    """``[Gcc^-1 0; 0 0] + [-P'; I] M^-1 [-P I]`` with ``P = Gnc Gcc^-1`` and M diagonal.

    Exact where the core spans G; else animals outside the core are taken as independent given the core.

    Parameters
    ----------
    z : Centred
    block : RelationshipBlock
    tuning : Tuning
    core : int, shape (n_core,)
        Rows of the genotyped animals.
    ridge : float
        Added to the diagonal of G before blending.

    References
    ----------
    Misztal et al. 2014, J Dairy Sci 97:3943.
    """

    def __init__(
        self, z: Centred, block: RelationshipBlock, tuning: Tuning, core: NDArray[np.intp], ridge: float = 0.0
    ) -> None:
        self.n = z.n_animals
        self.core = np.sort(core)
        self.others = np.setdiff1d(np.arange(self.n), self.core)
        with_core = _columns(z, block, tuning, self.core, ridge)
        self.core_inverse = invert(with_core[self.core])
        self.share = with_core[self.others] @ self.core_inverse
        own = (1.0 - tuning.beta) * (z.squares() + ridge) + tuning.beta * block.diagonal()
        own = tuning.shift + tuning.factor * own[self.others]
        rest = own - np.einsum("ij,ij->i", self.share, with_core[self.others])
        self.weight = 1.0 / np.maximum(rest, 1e-8 * np.maximum(own, 1e-8))

    def product(self, v: Matrix) -> Matrix:
        """G_w-inverse times v."""
        result = np.empty_like(v)
        rest = (v[self.others] - self.share @ v[self.core]) * self.weight[:, None]
        result[self.others] = rest
        result[self.core] = self.core_inverse @ v[self.core] - self.share.T @ rest
        return result

    def diagonal(self) -> Matrix:
        """Its diagonal."""
        diagonal = np.empty(self.n)
        diagonal[self.others] = self.weight
        diagonal[self.core] = self.core_inverse.diagonal() + (self.share**2).T @ self.weight
        return diagonal

    def dense(self) -> Matrix:
        """In full."""
        return self.product(np.eye(self.n))


def _columns(z: Centred, block: RelationshipBlock, tuning: Tuning, core: NDArray[np.intp], ridge: float) -> Matrix:
    """The columns of G_w of the core animals, (n_genotyped, n_core)."""
    unit = np.zeros((z.n_animals, len(core)))
    unit[core, np.arange(len(core))] = 1.0
    g = ridge * unit
    for first in range(0, z.n_markers, TILE):
        tile = z.decode(first, first + TILE)
        g += tile @ tile[core].T
    if tuning.beta > 0.0:
        g = (1.0 - tuning.beta) * g + tuning.beta * block.times(unit)
    return np.asarray(tuning.shift + tuning.factor * g)
