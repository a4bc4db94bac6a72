"""Single-step: animals with and without genotypes together, in H."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Self

from ...pedigree.sampling import Sampler
from ...relationships.blending import Tuning
from ...relationships.inverses import GenomicInverse
from ...relationships.samplers import single_step_sampler
from ...relationships.single_step import SingleStepInverse
from .back_solved import BackSolved
from .genomic import Genotyped


@dataclass(frozen=True, eq=False)
class SingleStep(BackSolved):
    """``H^-1 = A^-1 + [0 0; 0 G_w^-1 - A22^-1]``; the kinds differ in how they have the inverse of G_w.

    References
    ----------
    Aguilar et al. 2010, J Dairy Sci 93:743; Christensen and Lund 2010, Genet Sel Evol 42:2.
    """

    @classmethod
    @abstractmethod
    def inverse_of(cls, genotyped: Genotyped) -> tuple[GenomicInverse, Tuning]:
        """G_w-inverse, and how G was blended and tuned before."""

    @classmethod
    def of(cls, genotyped: Genotyped) -> Self:
        """The inverse of H as an operator."""
        inverse, tuning = cls.inverse_of(genotyped)
        a_inverse = genotyped.pedigree.a_inverse(genotyped.inbreeding)
        structure = SingleStepInverse(a_inverse, genotyped.genotypes.animal, inverse, genotyped.a22)
        step = (1.0 - tuning.beta) * tuning.factor * genotyped.z.scale
        return cls(genotyped.pedigree, structure, a_inverse.shape[0], genotyped, tuning, step, inverse)

    def sampler(self) -> Sampler:
        """Relatives without genotype follow the genotyped by the pedigree."""
        return single_step_sampler(self.genotyped.a22, self.genotyped_sampler())
