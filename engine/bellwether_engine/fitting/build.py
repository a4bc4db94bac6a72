"""The second stage: from records and relationships to the mixed-model equations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..equations.blocks import FixedBlock, far_covariates, fixed_blocks, random_blocks
from ..equations.constraints import Constraints, find_constraints
from ..equations.equations import Equations, build_equations
from ..equations.group_equations import GroupPlan
from ..pedigree.tracing import LANES
from ..solution.parts import Notice
from .genetic.block import GeneticBlock
from .given import Given
from .group_regressions import GroupRegressions
from .sizes import EffectSize, Sizes, Stated


@dataclass(frozen=True, eq=False)
class Built:
    """The equations and what they were made from.

    Attributes
    ----------
    block : GeneticBlock
    inbreeding : float64, shape (n_animals,)
    fixed : list of FixedBlock
        Of the model's own effects; those of `regressions` follow them in the equations.
    constraints : Constraints
    groups : GroupPlan, optional
        Of groups that stand among the equations of the animals.
    regressions : GroupRegressions, optional
        Of groups that stand among the fixed effects.
    equations : Equations
    warnings : tuple of Notice
        Of records that say nothing of a random effect.
    """

    block: GeneticBlock
    inbreeding: NDArray[np.float64]
    fixed: list[FixedBlock]
    constraints: Constraints
    groups: GroupPlan | None
    regressions: GroupRegressions | None
    equations: Equations
    warnings: tuple[Notice, ...]

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What is said of the groups."""
        plan = self.groups if self.regressions is None else self.regressions.plan
        return () if plan is None else plan.warnings

    @property
    def far_covariates(self) -> list[Notice]:
        """Covariates whose origin was moved."""
        return far_covariates(self.fixed)


def build(given: Given, kind: type[GeneticBlock]) -> Built:
    """Inbreeding, relationships, the design and the equations.

    Raises
    ------
    ModelError
        What is wrong with the effects, their variances or the genotypes.
    PedigreeError
        A loop, an animal used as sire and dam.
    """
    model, records, pedigree = given.model, given.records, given.pedigree
    given.tell(0.0, "inbreeding")
    inbreeding = pedigree.inbreeding(model.options.threads) if given.inbreeding is None else given.inbreeding
    given.tell(kind.step.before, kind.step.name)
    random, warnings = random_blocks(model.effects, model.traits, records, pedigree)
    kind.check(given, random)
    block = kind.build(given, inbreeding if model.options.inbreeding else None)
    given.tell(kind.step.after, "design")
    fixed = fixed_blocks(model.effects, model.traits, records)
    regressions = block.regressions(given, fixed, random)
    design = block.design(given, [*fixed, *(regressions.blocks if regressions else ())], random)
    constraints = find_constraints(design, model.traits)
    groups = block.plan_groups(given, design, constraints.constrained)
    held = None if groups is None else groups.constrained
    equations = build_equations(design, constraints.constrained, block.structure, held)
    return Built(block, inbreeding, fixed, constraints, groups, regressions, equations, tuple(warnings))


def inbreeding_bytes(sizes: Sizes) -> Stated:
    """The order of the animals and F are kept; each thread traces `LANES` sires at a time up to all parents."""
    n, lanes = sizes.n_animals, (8 * LANES + 24) * (sizes.n_parents + 1)
    return Stated(12 * n, 122 * n + sizes.n_threads * lanes)


def design_bytes(sizes: Sizes) -> Stated:
    """Which traits a record has and its pattern of them, the right-hand side and the solutions, and each effect."""
    effects = [_effect_bytes(effect, sizes.n_records) for effect in sizes.effects]
    kept = (sizes.n_traits + 12) * sizes.n_records + 16 * sizes.n_equations
    return Stated(
        kept + sum(effect.kept for effect in effects),
        60 * sizes.n_records + sum(effect.passing for effect in effects),
    )


def _effect_bytes(effect: EffectSize, n: int) -> Stated:
    """The level of each of `n` records and the records of each level; regressors stand in the blocks, in the terms and
    in the order of the levels."""
    passing = (60 if effect.is_class else 100 * effect.n_values) * n
    if effect.is_random:
        return Stated((12 + 24 * effect.n_values * effect.n_traits) * n + 24 * effect.n_levels, passing)
    of_levels = 16 * effect.n_levels * effect.n_traits
    if effect.is_class:
        return Stated((4 * effect.n_traits + 12) * n + of_levels, passing)
    return Stated(8 * effect.n_values * (1 + effect.n_traits) * n + of_levels, passing)
