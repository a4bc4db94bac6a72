"""Kinds of block whose levels are animals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ...equations.blocks import FixedBlock, RandomBlock
from ...equations.design import Design, build_design
from ...equations.equations import Equations
from ...equations.group_equations import GroupPlan
from ...pedigree.pedigree import Pedigree
from ...pedigree.structure import Structure
from ...solution.parts import GenomicSolution, GroupSolution
from ...solving.solve import Answer
from ..given import Given
from ..group_regressions import GroupRegressions
from ..marker_design import with_levels
from .block import Matrix, Reliabilities


@dataclass(frozen=True, eq=False)
class AnimalLevels:
    """The levels are the animals, then the groups or metafounders of `pedigree`, then what a kind adds.

    It says what most kinds say; those with other levels say otherwise.

    Attributes
    ----------
    pedigree : Pedigree
        With those groups that stand in the equations.
    structure : Structure, shape (n_levels, n_levels), optional
    n_levels : int
    """

    pedigree: Pedigree
    structure: Structure | None
    n_levels: int

    place: ClassVar[str] = "variances"
    advice: ClassVar[str] = "The equations are ill-conditioned: look for variances near 0 and correlations near 1"
    has_named_levels: ClassVar[bool] = True

    @classmethod
    def check(cls, given: Given, random: list[RandomBlock]) -> None:
        """Nothing is refused."""

    @property
    def n_dense(self) -> int:
        """None: a pedigree relates few animals directly."""
        return 0

    @property
    def lowest(self) -> float:
        """What rounding may leave."""
        return -1e-6

    def regressions(self, given: Given, fixed: list[FixedBlock], random: list[RandomBlock]) -> GroupRegressions | None:
        """Groups stand in the equations of the animals, if there are any."""

    def design(self, given: Given, fixed: list[FixedBlock], random: list[RandomBlock]) -> Design:
        """Records point to animals."""
        blocks = [with_levels(random[0], self.n_levels), *random[1:]]
        return build_design(fixed, blocks, given.records, given.model.variances)

    def plan_groups(self, given: Given, design: Design, constrained: NDArray[np.bool_]) -> GroupPlan | None:
        """No group has to be held at 0."""

    def of_levels(self, equations: Equations, x: Matrix) -> Matrix:
        """The part of `x` that belongs to this block."""
        size, start = len(equations.design.random[0].members), equations.starts[0]
        return x[start : start + self.n_levels * size].reshape(self.n_levels, size)

    def values(self, levels: Matrix) -> Matrix:
        """The first levels."""
        return levels[: self.pedigree.n_animals].copy()

    def groups(
        self, levels: Matrix, reliability: Matrix | None, constrained: NDArray[np.bool_] | None
    ) -> GroupSolution | None:
        """The levels that follow the animals."""
        n, n_groups = self.pedigree.n_animals, self.pedigree.n_groups
        if n_groups == 0:
            return None
        values = levels[n : n + n_groups].copy()
        return GroupSolution(values, reliability, np.zeros(values.shape, bool) if constrained is None else constrained)

    def by_animal(self, rows: Matrix) -> Reliabilities:
        """Metafounders follow the animals; fixed groups have no reliability."""
        n, groups = self.pedigree.n_animals, self.pedigree.groups
        return Reliabilities(rows[:n], rows[n:] if groups is not None and groups.is_random else None)

    def markers(self, equations: Equations, answer: Answer) -> GenomicSolution | None:
        """A pedigree knows no markers."""

    @property
    def counts(self) -> dict[str, int]:
        """Animals are counted anyway."""
        return {}
