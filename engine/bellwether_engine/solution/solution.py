"""What a fit gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .estimates import Estimates
from .parts import (
    Convergence,
    FixedSolution,
    GeneticColumn,
    GenomicSolution,
    GroupSolution,
    Notice,
    Provenance,
    RandomSolution,
    ReliabilityCheck,
    ThresholdSolution,
)


@dataclass(frozen=True, eq=False)
class Solution:
    """Breeding values and all that belongs to them.

    Attributes
    ----------
    columns : tuple of GeneticColumn
        What the columns of `ebv` are: direct effects in the order of the traits, then maternal effects.
    ebv : float64, shape (n_animals, n_columns)
        Breeding values in the units of the traits, animals in the order of the pedigree; with fixed groups they
        include the share of the groups.
    reliability : float64, shape (n_animals, n_columns), optional
        Between 0 and 1 (base ``var_a``: below 0 for inbred animals with little information); None when not asked for.
        With fixed groups it is that of the deviation from the groups.
    reliability_base : str
        ``var_a(1+F)`` or ``var_a``: what the prediction error variance is divided by; with genotypes ``var_a h``, h the
        animal's own diagonal of G or H.
    inbreeding : float64, shape (n_animals,)
        Inbreeding coefficients F (also when the A-inverse ignores them).
    fixed : tuple of FixedSolution
    random : tuple of RandomSolution
    convergence : Convergence
    constraint : str
        The convention that makes the fixed solutions unique.
    counts : mapping of str to int
        Animals, founders, records, observations, equations, levels by effect.
    warnings : tuple of Notice
    provenance : Provenance
    groups : GroupSolution, optional
        Of a pedigree with groups or metafounders.
    thresholds : tuple of ThresholdSolution
        Of the ordinal traits.
    genomic : GenomicSolution, optional
        Of a model with genotypes.
    estimates : Estimates, optional
        (Co)variances and heritabilities where they were estimated; the rest of the solution belongs to them.
    reliability_check : ReliabilityCheck, optional
        Of approximate reliabilities: their error on a sample.
    """

    columns: tuple[GeneticColumn, ...]
    ebv: NDArray[np.float64]
    reliability: NDArray[np.float64] | None
    reliability_base: str
    inbreeding: NDArray[np.float64]
    fixed: tuple[FixedSolution, ...]
    random: tuple[RandomSolution, ...]
    convergence: Convergence
    constraint: str
    counts: Mapping[str, int]
    warnings: tuple[Notice, ...]
    provenance: Provenance
    groups: GroupSolution | None = None
    thresholds: tuple[ThresholdSolution, ...] = ()
    genomic: GenomicSolution | None = None
    estimates: Estimates | None = None
    reliability_check: ReliabilityCheck | None = None
