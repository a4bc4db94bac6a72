"""SNP-BLUP: marker effects in the place of the animals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ...equations.blocks import FixedBlock, RandomBlock
from ...equations.design import Design, build_design
from ...equations.equations import Equations
from ...errors import ModelError
from ...linear.factor import Factor
from ...model.genomic import refuse
from ...pedigree.sampling import Sampler
from ...pedigree.structure import Identity
from ...relationships.blending import Tuning
from ...relationships.centred import Centred
from ...solving.solve import Answer
from ..given import Given
from ..marker_design import marker_design
from .block import Matrix, Reliabilities, Uncertainty
from .genomic import GenomicBlock, Genotyped
from .genotyped_alone import among_all, refuse_metafounders, refuse_ungenotyped

TILE = 256


@dataclass(frozen=True, eq=False)
class Snpblup(GenomicBlock):
    """The levels are markers, independent of each other: ``u = Z a``.

    References
    ----------
    VanRaden 2008, J Dairy Sci 91:4414.
    """

    @classmethod
    def check(cls, given: Given, random: list[RandomBlock]) -> None:
        """No ordinal traits; every record belongs to a genotyped animal."""
        super().check(given, random)
        refuse_metafounders(given)
        if given.model.ordinal:
            message = "snpblup has no ordinal traits"
            fix = "Use gblup, which gives the same breeding values and marker effects"
            raise ModelError("not_available", message, place="genomic.method", fix=fix)
        refuse_ungenotyped(given, random)

    @classmethod
    def of(cls, genotyped: Genotyped) -> Self:
        """The identity; Z is scaled so that the variance of its columns' effects is var_a."""
        z = _with_given_variance(genotyped)
        m = z.n_markers
        return cls(genotyped.pedigree, Identity(m), m, replace(genotyped, z=z), Tuning(), z.scale)

    @property
    def n_dense(self) -> int:
        """Markers of the same animals."""
        return self.z.n_markers

    def design(self, given: Given, fixed: list[FixedBlock], random: list[RandomBlock]) -> Design:
        """Records point to markers."""
        of_animals = build_design(fixed, random, given.records, given.model.variances)
        return marker_design(of_animals, self.z, self.genotyped.genotypes.animal)

    def sampler(self) -> Sampler:
        """Independent effects."""
        return lambda generator, width: generator.standard_normal((self.n_levels, width))

    def values(self, levels: Matrix) -> Matrix:
        """``Z a``; NaN without genotype."""
        return among_all(self.z.product(levels), self.genotyped.genotypes, self.pedigree.n_animals)

    def effects(self, levels: Matrix) -> Matrix:
        """The levels, scaled."""
        return np.asarray(self.copy_effect[:, None] * levels)

    def explained(self, equations: Equations, answer: Answer) -> Matrix:
        """The prior variance of a level is var_a."""
        assert answer.diagonal is not None
        pev = self.of_levels(equations, answer.diagonal)
        return np.asarray(self.copy_effect[:, None] ** 2 * (np.diag(equations.design.covariance[0]) - pev))

    def uncertainty(self, equations: Equations, answer: Answer) -> Uncertainty:
        """``z_i' C^aa z_i`` of each genotyped animal, whose prior variance is ``z_i' z_i``."""
        assert answer.factor is not None
        size, start = len(equations.design.random[0].members), equations.starts[0]
        pev = np.empty((self.z.n_animals, size))
        for k in range(size):
            places = start + k + size * np.arange(self.n_levels)
            pev[:, k] = _error_variances(self.z, answer.factor, places, equations.n_equations)
        return Uncertainty(self.z.squares(), pev)

    def by_animal(self, rows: Matrix) -> Reliabilities:
        """NaN without genotype."""
        return Reliabilities(among_all(rows, self.genotyped.genotypes, self.pedigree.n_animals))


def _with_given_variance(genotyped: Genotyped) -> Centred:
    """Z whose scale gives each marker the variance of the options, where they give one."""
    asked, additive = genotyped.genomic.snp_variance, genotyped.variances.additive
    if isinstance(asked, str):
        return genotyped.z
    if additive is None or additive.shape != (1, 1):
        raise refuse("snp_variance", "a number for snp_variance needs one trait", 'Use "two_sum_pq"')
    return replace(genotyped.z, scale=np.full(genotyped.z.n_markers, np.sqrt(asked / additive[0, 0])))


def _error_variances(z: Centred, factor: Factor, places: NDArray[np.intp], n_equations: int) -> Matrix:
    """``z_i' C^aa z_i`` for each animal, (n_genotyped,), the markers standing at the equations `places`."""
    rows = np.asarray(z.decode(0, z.n_markers))
    pev = np.empty(len(rows))
    for first in range(0, len(rows), TILE):
        some = rows[first : first + TILE]
        rhs = np.zeros((n_equations, len(some)))
        rhs[places] = some.T
        pev[first : first + TILE] = np.einsum("im,mi->i", some, factor.solve(rhs)[places])
    return pev
