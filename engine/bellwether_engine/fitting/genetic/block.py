"""What `fit` asks of the genetic effects, whatever their relationships come from."""

from __future__ import annotations

from typing import ClassVar, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from ...equations.blocks import FixedBlock, RandomBlock
from ...equations.design import Design
from ...equations.equations import Equations
from ...equations.group_equations import GroupPlan
from ...pedigree.sampling import Sampler
from ...pedigree.structure import Structure
from ...solution.parts import GenomicSolution, GroupSolution
from ...solving.solve import Answer
from ..given import Given
from ..group_regressions import GroupRegressions

Matrix = NDArray[np.float64]


class Step(NamedTuple):
    """A step as the progress names it, and the share of all work that is done before and after."""

    before: float
    name: str
    after: float


class Uncertainty(NamedTuple):
    """What reliabilities are made of, row by row.

    Attributes
    ----------
    prior : float64, shape (n_rows,)
        Variance of a breeding value before any data, as a multiple of the additive variance.
    pev : float64, shape (n_rows, n_columns)
        Prediction error variance.
    """

    prior: Matrix
    pev: Matrix


class Reliabilities(NamedTuple):
    """Of animals, float64 of shape (n_animals, n_columns), and of the metafounders behind them."""

    animals: Matrix | None = None
    metafounders: Matrix | None = None


class GeneticBlock(Protocol):
    """The genetic block of the equations, from relationships to breeding values: one class for each kind.

    Attributes
    ----------
    step : Step
        Building it.
    place, advice : str
        Of the refusal of a reliability that is out of its range.
    has_named_levels : bool
        Are the levels of the genetic effect counted in the report?
    """

    step: ClassVar[Step]
    place: ClassVar[str]
    advice: ClassVar[str]
    has_named_levels: ClassVar[bool]

    @classmethod
    def check(cls, given: Given, random: list[RandomBlock]) -> None:
        """Refuse what this kind has no place for, before relationships are computed."""

    @classmethod
    def build(cls, given: Given, inbreeding: Matrix | None) -> Self:
        """The block; without `inbreeding`, float64 of shape (n_animals,), its relationships ignore it."""

    @property
    def structure(self) -> Structure | None:
        """Inverse relationships of the levels, (n_levels, n_levels); None where the model has no genetic effect."""

    @property
    def n_levels(self) -> int:
        """Levels of the genetic effect in the equations."""

    @property
    def n_dense(self) -> int:
        """Rows of a dense block in the equations, 0 where all are sparse."""

    @property
    def reliability_base(self) -> str:
        """What prediction error variances are divided by."""

    @property
    def lowest(self) -> float:
        """Reliabilities below it are refused: the equations are wrong or ill-conditioned."""

    def regressions(self, given: Given, fixed: list[FixedBlock], random: list[RandomBlock]) -> GroupRegressions | None:
        """Fixed groups as effects of their own, where they do not stand in the equations of the animals."""

    def design(self, given: Given, fixed: list[FixedBlock], random: list[RandomBlock]) -> Design:
        """The design, with the levels of this block."""

    def plan_groups(self, given: Given, design: Design, constrained: NDArray[np.bool_]) -> GroupPlan | None:
        """Groups among the equations of the animals, beside fixed columns of which `constrained` are 0."""

    def sampler(self) -> Sampler | None:
        """Draws the levels, for estimation by sampling."""

    def of_levels(self, equations: Equations, x: Matrix) -> Matrix:
        """The part of `x`, float64 of shape (n_equations,), that belongs to this block: (n_levels, n_columns)."""

    def values(self, levels: Matrix) -> Matrix:
        """Breeding values, float64 of shape (n_animals, n_columns), from the solved levels (n_levels, n_columns)."""

    def groups(
        self, levels: Matrix, reliability: Matrix | None, constrained: NDArray[np.bool_] | None
    ) -> GroupSolution | None:
        """Solutions of groups or metafounders among the levels."""

    def uncertainty(self, equations: Equations, answer: Answer) -> Uncertainty | None:
        """Of every row that gets a reliability; None where there is none."""

    def by_animal(self, rows: Matrix) -> Reliabilities:
        """Reliabilities of the rows of `uncertainty`, given to whom they belong."""

    def markers(self, equations: Equations, answer: Answer) -> GenomicSolution | None:
        """Effects of markers, of a model with genotypes."""

    @property
    def counts(self) -> dict[str, int]:
        """What the report counts of this kind alone."""
