"""Single-step with the inverse of G from a core of animals (APY)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...model.genomic import Genomic, Genotypes, refuse
from ...pedigree.sampling import Sampler
from ...relationships.apy import CoreInverse
from ...relationships.blending import Tuning, combine_unformed
from ...relationships.samplers import core_sampler
from .genomic import Genotyped
from .single_step import SingleStep


@dataclass(frozen=True, eq=False)
class Apy(SingleStep):
    """Genotyped animals outside of the core are taken as independent of each other, given the core.

    References
    ----------
    Misztal et al. 2014, J Dairy Sci 97:3943.
    """

    inverse: CoreInverse

    @classmethod
    def inverse_of(cls, genotyped: Genotyped) -> tuple[CoreInverse, Tuning]:
        """Only the core's own G is inverted."""
        genomic = genotyped.genomic
        if genomic.ridge > 0.0 and genomic.blending[1] != "none":
            raise refuse("ridge", "apy does not tune a G with a ridge", 'Use blend instead, or set tune = "none"')
        tuning = combine_unformed(genotyped.z, genotyped.a22, genomic)
        core = core_rows(genomic, genotyped.genotypes)
        return CoreInverse(genotyped.z, genotyped.a22, tuning, core, genomic.ridge), tuning

    def genotyped_sampler(self) -> Sampler:
        """The core, then the others given it."""
        return core_sampler(self.inverse)


def core_rows(genomic: Genomic, genotypes: Genotypes) -> NDArray[np.intp]:
    """Rows of the core animals among the genotyped.

    Examples
    --------
    >>> from bellwether_engine.genotypes import pack
    >>> core_rows(Genomic("apy", core=(9, 4)), Genotypes(pack([[0], [1], [2]]), [4, 7, 9]))
    array([2, 0])
    """
    n = len(genotypes.animal)
    if isinstance(genomic.core, int):
        return np.random.default_rng(genomic.seed).permutation(n)[: min(genomic.core, n)]
    row = {int(animal): i for i, animal in enumerate(genotypes.animal)}
    wrong = [animal for animal in genomic.core if animal not in row]
    if wrong or not genomic.core or len(set(genomic.core)) < len(genomic.core):
        message = "the core is empty, names an animal twice, or one without genotype"
        raise refuse("core", message, "Name genotyped animals once each")
    return np.array([row[animal] for animal in genomic.core])
