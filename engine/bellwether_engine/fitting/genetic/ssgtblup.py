"""Single-step with the inverse of G by its low rank (ssGTBLUP)."""

from __future__ import annotations

from dataclasses import dataclass

from ...pedigree.sampling import Sampler
from ...relationships.blending import Tuning, combine_unformed
from ...relationships.inverses import LowRank
from ...relationships.samplers import explained_sampler
from .genomic import Genotyped
from .single_step import SingleStep


@dataclass(frozen=True, eq=False)
class SsGtblup(SingleStep):
    """G is never formed; a factor among the markers stands for its inverse.

    References
    ----------
    Mantysaari et al. 2017, J Anim Sci 95:4728.
    """

    inverse: LowRank

    @classmethod
    def inverse_of(cls, genotyped: Genotyped) -> tuple[LowRank, Tuning]:
        """By the identity of Woodbury."""
        tuning = combine_unformed(genotyped.z, genotyped.a22, genotyped.genomic)
        return LowRank(genotyped.z, genotyped.a22, tuning), tuning

    def genotyped_sampler(self) -> Sampler:
        """Marker effects and a part of the pedigree."""
        return explained_sampler(self.inverse.loadings, self.genotyped.a22, self.inverse.beta)
