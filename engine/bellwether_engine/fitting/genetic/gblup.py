"""GBLUP: G among the genotyped animals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from ...equations.blocks import RandomBlock
from ...equations.equations import Equations
from ...pedigree.sampling import Sampler
from ...relationships.blending import combine
from ...relationships.genomic import genomic_relationship
from ...relationships.inverses import Formed, invert
from ...relationships.samplers import alone_sampler, root_sampler
from ...relationships.single_step import GenotypedInverse
from ...solving.solve import Answer
from ..given import Given
from .back_solved import BackSolved
from .block import Matrix, Reliabilities, Uncertainty
from .genomic import Genotyped
from .genotyped_alone import among_all, refuse_metafounders, refuse_ungenotyped


@dataclass(frozen=True, eq=False)
class Gblup(BackSolved):
    """Animals without genotype stand alone among the levels; they have no records and get no breeding value.

    References
    ----------
    VanRaden 2008, J Dairy Sci 91:4414.
    """

    @classmethod
    def check(cls, given: Given, random: list[RandomBlock]) -> None:
        """Every record belongs to a genotyped animal."""
        super().check(given, random)
        refuse_metafounders(given)
        refuse_ungenotyped(given, random)

    @classmethod
    def of(cls, genotyped: Genotyped) -> Self:
        """G formed and inverted; A22 only where it is blended in or G is tuned to it."""
        genomic, z, pedigree = genotyped.genomic, genotyped.z, genotyped.pedigree
        a22 = None if genomic.blending == (0.0, "none") else genotyped.a22.dense()
        g_w, tuning = combine(genomic_relationship(z), a22, genomic)
        inverse = Formed(invert(g_w, in_place=True))
        structure = GenotypedInverse(pedigree.n_animals, genotyped.genotypes.animal, inverse)
        step = (1.0 - tuning.beta) * tuning.factor * z.scale
        return cls(pedigree, structure, pedigree.n_animals, genotyped, tuning, step, inverse)

    def genotyped_sampler(self) -> Sampler:
        """By the root of G_w-inverse."""
        return root_sampler(self.inverse.dense())

    def sampler(self) -> Sampler:
        """Animals without genotype have variance 1."""
        return alone_sampler(self.pedigree.n_animals, self.genotyped.genotypes.animal, self.genotyped_sampler())

    def values(self, levels: Matrix) -> Matrix:
        """NaN without genotype."""
        genotypes = self.genotyped.genotypes
        return among_all(levels[genotypes.animal], genotypes, self.pedigree.n_animals)

    def uncertainty(self, equations: Equations, answer: Answer) -> Uncertainty:
        """Of the genotyped animals."""
        prior, pev = super().uncertainty(equations, answer)
        own = self.genotyped.genotypes.animal
        return Uncertainty(prior[own], pev[own])

    def by_animal(self, rows: Matrix) -> Reliabilities:
        """NaN without genotype."""
        return Reliabilities(among_all(rows, self.genotyped.genotypes, self.pedigree.n_animals))
