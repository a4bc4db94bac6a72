"""Single-step with marker effects beside the animals (ssSNPBLUP)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from ...equations.equations import Equations
from ...relationships.blending import combine_unformed
from ...relationships.loadings import Loadings
from ...relationships.samplers import JointSampler
from ...relationships.single_step import JointInverse
from ...solving.solve import Answer
from .block import Matrix
from .genomic import GenomicBlock, Genotyped


@dataclass(frozen=True, eq=False)
class SsSnpblup(GenomicBlock):
    """The levels are animals, then the loadings of the markers (variance 1 each), then that of the tuning's shift.

    References
    ----------
    Liu et al. 2014, J Dairy Sci 97:5833.
    """

    structure: JointInverse

    @classmethod
    def of(cls, genotyped: Genotyped) -> Self:
        """Neither G nor the inverse of A22 is formed."""
        z, a22, pedigree = genotyped.z, genotyped.a22, genotyped.pedigree
        tuning = combine_unformed(z, a22, genotyped.genomic)
        loadings = Loadings(z, tuning)
        a_inverse = pedigree.a_inverse(genotyped.inbreeding)
        structure = JointInverse(a_inverse, a22.animals, loadings, a22, tuning.beta * tuning.factor)
        n_levels, step = a_inverse.shape[0] + loadings.n_columns, loadings.root * z.scale
        return cls(pedigree, structure, n_levels, genotyped, tuning, step)

    @property
    def n_dense(self) -> int:
        """Genotyped animals and markers are all related to each other."""
        return self.z.n_animals + self.z.n_markers

    @property
    def loading_rows(self) -> slice:
        """Levels of the markers."""
        first = self.structure.a_inverse.shape[0]
        return slice(first, first + self.z.n_markers)

    def sampler(self) -> JointSampler:
        """Animals and loadings together."""
        return JointSampler(self.structure.loadings, self.genotyped.a22, self.structure.beta)

    def effects(self, levels: Matrix) -> Matrix:
        """Effects of a copy of each marker's allele, from its loading."""
        return np.asarray(self.copy_effect[:, None] * levels[self.loading_rows])

    def explained(self, equations: Equations, answer: Answer) -> Matrix:
        """The prior variance of a loading is var_a."""
        assert answer.diagonal is not None
        pev = self.of_levels(equations, answer.diagonal)[self.loading_rows]
        return np.asarray(self.copy_effect[:, None] ** 2 * (np.diag(equations.design.covariance[0]) - pev))
