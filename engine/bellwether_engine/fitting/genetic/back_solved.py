"""Kinds whose levels are animals: marker effects are solved back from breeding values."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from ...equations.equations import Equations
from ...pedigree.sampling import Sampler
from ...relationships.inverses import GenomicInverse
from ...solving.solve import Answer
from .block import Matrix
from .genomic import GenomicBlock

TILE = 1024


@dataclass(frozen=True, eq=False)
class BackSolved(GenomicBlock):
    """With ``u = Z a``, ``a^ = B G_w^-1 u^`` where row j of B is ``(1 - beta) factor scale_j z_j'``.

    Attributes
    ----------
    inverse : GenomicInverse
        G_w-inverse.

    References
    ----------
    Stranden and Garrick 2009, J Dairy Sci 92:2971.
    """

    inverse: GenomicInverse

    def effects(self, levels: Matrix) -> Matrix:
        """Back-solved marker effects."""
        of_genotyped = np.ascontiguousarray(levels[self.genotyped.genotypes.animal])
        solved = self.z.transposed_product(self.inverse.product(of_genotyped))
        return np.asarray(self.copy_effect[:, None] * solved)

    def explained(self, equations: Equations, answer: Answer) -> Matrix:
        """``b_j' (G_w^-1 var_a - G_w^-1 C^uu G_w^-1) b_j`` for each marker j and column, b_j its column of B'."""
        assert answer.factor is not None
        variance = np.diag(equations.design.covariance[0])
        inverse, in_pattern = self.inverse.dense(), answer.factor.inverse_in_pattern()
        explained = np.empty((self.z.n_markers, len(variance)))
        for k, own in enumerate(variance):
            places = equations.starts[0] + k + len(variance) * self.genotyped.genotypes.animal
            pev = in_pattern[places][:, places].toarray()
            middle = own * inverse - inverse @ pev @ inverse
            for first in range(0, self.z.n_markers, TILE):
                z = np.asarray(self.z.decode(first, first + TILE))
                explained[first : first + TILE, k] = np.einsum("ij,ij->j", z, middle @ z)
        return np.asarray(self.copy_effect[:, None] ** 2 * explained)

    @abstractmethod
    def genotyped_sampler(self) -> Sampler:
        """Draws from N(0, G_w) of the genotyped animals."""
