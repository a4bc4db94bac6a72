"""Numerical genetics on arrays: pedigree, relationships, mixed models, breeding values.

The one call that a service needs::

    from bellwether_engine import Effect, Model, Options, Pedigree, Records, Variances, fit

    solution = fit(
        Model(
            traits=("WWT", "PWT"),
            effects=(
                Effect("group", "fixed"),                       # integer codes in records.columns["group"]
                Effect("age_days", "covariate"),                # floats in records.columns["age_days"]
                Effect("litter", "random", traits=("WWT",)),
                Effect("animal", "additive"),
                Effect("dam", "permanent_dam", traits=("WWT",)),
            ),
            variances=Variances(
                residual=[[4.0, 2.0], [2.0, 9.0]], additive=[[3.0, 3.0], [3.0, 7.0]],
                permanent_dam=1.0, random={"litter": 0.8},
            ),
            options=Options(reliability="exact"),
        ),
        Records(animal, values, columns={"group": ..., "age_days": ..., "litter": ...}),
        Pedigree(sire, dam),                                    # int32 positions, -1 unknown, any order
        progress=lambda share, step: None,
    )
    solution.ebv            # float64 (n_animals, n_columns); solution.columns says trait and effect of each column
    solution.reliability    # same shape
    solution.inbreeding     # float64 (n_animals,)
    solution.fixed          # one FixedSolution per effect and trait: level, estimate, se
    solution.convergence    # method, iterations, largest_change, relative_residual
    solution.provenance     # engine version, parameters, digest of the input
    solution.estimates      # with Options(estimate="ai-reml"): components, ratios, covariance, -2 log L, rounds

Refusals are `PedigreeError`, `ModelError` and `NotConverged` (all `EngineError`): ``code``, ``message``, ``place``,
``fix``, ``positions``. The engine knows no files, clock, environment, network or database.
"""

from .errors import EngineError, ModelError, NotConverged, PedigreeError
from .fitting.fit import fit
from .fitting.memory import MemoryEstimate, estimate_memory
from .genotypes import PackedGenotypes
from .model.effect import Effect, Legendre
from .model.genomic import Genomic, Genotypes
from .model.model import Model
from .model.options import Options
from .model.records import Records, exponential_weights
from .model.structure import CovarianceStructure
from .model.variances import Variances
from .pedigree.groups import Groups
from .pedigree.pedigree import Pedigree
from .pedigree.relationship import Relationship
from .pedigree.subset import RelationshipBlock
from .pedigree.uncertain.uncertain_pedigree import UncertainPedigree
from .solution.estimates import Estimates, StructureEstimate, VarianceEstimate
from .solution.parts import (
    Convergence,
    FixedSolution,
    GeneticColumn,
    GenomicSolution,
    GroupSolution,
    Notice,
    Provenance,
    RandomSolution,
    ReliabilityCheck,
    ReliabilityClass,
    ThresholdSolution,
)
from .solution.solution import Solution
from .version import engine_version

__version__ = engine_version()

__all__ = [
    "Convergence", "CovarianceStructure", "Effect", "EngineError", "Estimates", "FixedSolution", "GeneticColumn",
    "Genomic", "GenomicSolution", "Genotypes", "GroupSolution", "Groups", "Legendre", "MemoryEstimate", "Model",
    "ModelError", "NotConverged", "Notice", "Options",
    "PackedGenotypes", "Pedigree", "PedigreeError", "Provenance", "RandomSolution", "Records", "Relationship",
    "RelationshipBlock", "ReliabilityCheck", "ReliabilityClass", "Solution", "StructureEstimate",
    "ThresholdSolution", "UncertainPedigree", "VarianceEstimate", "Variances", "estimate_memory",
    "exponential_weights", "fit",
]  # fmt: skip
