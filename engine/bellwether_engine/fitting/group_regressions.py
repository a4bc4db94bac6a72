"""Fixed groups beside genotypes: regressions on the shares of the groups, whatever the relationships are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..equations.blocks import FixedBlock, RandomBlock
from ..equations.constraints import find_constraints
from ..equations.design import build_design
from ..equations.group_equations import GroupPlan, plan_groups
from ..solution.parts import FixedSolution, GroupSolution, Notice
from .given import Given

EFFECT = "groups"
Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class GroupRegressions:
    """Groups of unknown parents as fixed effects: a breeding value is ``u + Q g``.

    Beside a pedigree alone this is what the transformed equations of Quaas and Pollak solve; here G and A22 keep the
    same base as each other.

    Attributes
    ----------
    plan : GroupPlan
    blocks : tuple of FixedBlock
        One for each coefficient of the genetic effect that has a free group.

    References
    ----------
    Quaas 1988, J Dairy Sci 71:1338; Misztal et al. 2013, J Anim Breed Genet 130:252.
    """

    plan: GroupPlan
    blocks: tuple[FixedBlock, ...]

    @property
    def warnings(self) -> tuple[Notice, ...]:
        """Groups that cannot be estimated."""
        return self.plan.warnings

    def solution(self, solved: Sequence[FixedSolution]) -> GroupSolution:
        """Solutions of the groups from those of `blocks`."""
        constrained = self.plan.constrained
        values, left = np.zeros(constrained.shape), iter(solved)
        for m in range(constrained.shape[1]):
            free = ~constrained[:, m]
            if free.any():
                values[free, m] = next(left).estimate
        return GroupSolution(values, None, constrained)

    def add_to(self, ebv: Matrix, values: Matrix) -> None:
        """``ebv += Q values``."""
        assert self.plan.shares is not None
        ebv += self.plan.shares @ values


def group_regressions(given: Given, fixed: list[FixedBlock], random: list[RandomBlock]) -> GroupRegressions | None:
    """The fixed groups of the pedigree as regressions; None where it has none."""
    pedigree, traits = given.pedigree, given.model.traits
    if pedigree.groups is None or pedigree.groups.is_random:
        return None
    design = build_design(fixed, random, given.records, given.model.variances)
    plan = plan_groups(design, find_constraints(design, traits).constrained, pedigree, traits)
    assert plan.shares is not None
    shares, blocks = np.vstack([plan.shares, np.zeros(pedigree.n_groups)]), []
    for m, member in enumerate(random[0].members):
        free = np.flatnonzero(~plan.constrained[:, m])
        if free.size:
            values = shares[np.ix_(np.where(member.level < 0, len(shares) - 1, member.level), free)]
            values = values if member.value is None else values * member.value[:, None]
            level = np.arange(len(free), dtype=np.int32)
            blocks.append(FixedBlock(EFFECT, member.trait, "covariate", level, values=values))
    return GroupRegressions(plan, tuple(blocks))
