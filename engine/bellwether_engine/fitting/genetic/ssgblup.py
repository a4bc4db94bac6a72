"""Single-step with G formed and inverted (ssGBLUP)."""

from __future__ import annotations

from dataclasses import dataclass

from ...pedigree.sampling import Sampler
from ...relationships.blending import Tuning, combine
from ...relationships.genomic import genomic_relationship
from ...relationships.inverses import Formed, Recovered, invert
from ...relationships.samplers import root_sampler
from .genomic import Genotyped
from .single_step import SingleStep


@dataclass(frozen=True, eq=False)
class SsGblup(SingleStep):
    """``G_w^-1 - A22^-1`` takes the place of G_w-inverse, so that a product needs one dense matrix."""

    @classmethod
    def inverse_of(cls, genotyped: Genotyped) -> tuple[Recovered, Tuning]:
        """Two matrices of the genotyped animals at a time, each inverted in its own place."""
        a22 = genotyped.a22.dense()
        g_w, tuning = combine(genomic_relationship(genotyped.z), a22, genotyped.genomic)
        inverse = invert(g_w, in_place=True)
        inverse -= invert(a22, in_place=True)
        return Recovered(Formed(inverse), genotyped.a22), tuning

    def genotyped_sampler(self) -> Sampler:
        """By the root of G_w-inverse."""
        return root_sampler(self.inverse.dense())
