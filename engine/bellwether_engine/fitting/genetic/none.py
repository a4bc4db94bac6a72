"""A model without a genetic effect: nobody has a breeding value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ...equations.blocks import FixedBlock, RandomBlock
from ...equations.design import Design, build_design
from ...equations.equations import Equations
from ...equations.group_equations import GroupPlan
from ...solution.parts import GroupSolution
from ...solving.solve import Answer
from ..given import Given
from .block import Matrix, Uncertainty
from .pedigree import PedigreeBlock


@dataclass(frozen=True, eq=False)
class NoGeneticBlock(PedigreeBlock):
    """No level and no column: the pedigree gives inbreeding, and no more."""

    @classmethod
    def build(cls, given: Given, inbreeding: Matrix | None) -> Self:
        """Nothing to build."""
        return cls(given.pedigree, None, 0, inbreeding)

    def design(self, given: Given, fixed: list[FixedBlock], random: list[RandomBlock]) -> Design:
        """The design as it is."""
        return build_design(fixed, random, given.records, given.model.variances)

    def plan_groups(self, given: Given, design: Design, constrained: NDArray[np.bool_]) -> GroupPlan | None:
        """Groups of unknown parents have no effect without breeding values."""

    def sampler(self) -> None:
        """No levels to draw."""

    def of_levels(self, equations: Equations, x: Matrix) -> Matrix:
        """Nothing."""
        return x[equations.n_equations :].reshape(0, 0)

    def values(self, levels: Matrix) -> Matrix:
        """As many columns as the levels have: none."""
        return np.zeros((self.pedigree.n_animals, levels.shape[1]))

    def groups(
        self, levels: Matrix, reliability: Matrix | None, constrained: NDArray[np.bool_] | None
    ) -> GroupSolution | None:
        """None, as no breeding value has a share of them."""

    def uncertainty(self, equations: Equations, answer: Answer) -> Uncertainty | None:
        """No breeding value, no reliability."""
