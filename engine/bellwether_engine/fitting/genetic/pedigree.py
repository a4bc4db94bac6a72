"""Relationships from a pedigree alone: A, with groups of unknown parents or metafounders behind the animals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from ...equations.design import Design
from ...equations.equations import Equations
from ...equations.group_equations import GroupPlan, plan_groups
from ...pedigree.pedigree_inverse import PedigreeInverse
from ...pedigree.sampling import Sampler, pedigree_sampler
from ...pedigree.structure import FormedInverse, Structure
from ...pedigree.uncertain.uncertain_pedigree import UncertainPedigree
from ...solving.results import ROUNDING
from ...solving.solve import Answer
from ..given import Given
from ..sizes import Sizes, Stated
from .animal_levels import AnimalLevels
from .block import Matrix, Step, Uncertainty


@dataclass(frozen=True, eq=False)
class PedigreeBlock(AnimalLevels):
    """``A^-1`` as an operator, with candidate sires as a matrix; fixed groups by the transformed equations, in which
    ``u* = u + Q g``.

    Attributes
    ----------
    inbreeding : float64, shape (n_animals,), optional
        None: A ignores inbreeding.

    References
    ----------
    Henderson 1976, Biometrics 32:69; Quaas and Pollak 1981, J Dairy Sci 64:1868 (groups); Legarra et al. 2015, Genetics
    200:455 (metafounders).
    """

    inbreeding: Matrix | None

    step: ClassVar[Step] = Step(0.1, "a_inverse", 0.15)

    @classmethod
    def build(cls, given: Given, inbreeding: Matrix | None) -> Self:
        """The inverse relationships of all animals and groups."""
        structure: Structure
        if isinstance(given.pedigree, UncertainPedigree):
            structure = FormedInverse(given.pedigree.a_inverse(inbreeding))
        else:
            structure = PedigreeInverse.of(given.pedigree, inbreeding)
        return cls(given.pedigree, structure, given.pedigree.n_animals + given.pedigree.n_groups, inbreeding)

    @classmethod
    def build_bytes(cls, sizes: Sizes) -> Stated:
        """Parents and Mendelian sampling variances; of groups the shares, and W, from which they are found."""
        n, width = sizes.n_rows, max(sizes.n_genetic, 1)
        of_groups = 16 * n * sizes.n_groups * width + 36 * sizes.n_entries if sizes.n_groups else 0
        return Stated(16 * n + of_groups, 0)

    @classmethod
    def product_bytes(cls, sizes: Sizes) -> int:
        """Weights, the offspring of each animal and the terms of a product, in an iteration; blocks or factors to
        precondition with."""
        k = sizes.n_genetic
        return (32 + 24 * k + 8 * k * k) * sizes.n_rows

    @property
    def reliability_base(self) -> str:
        """An inbred animal varies more: ``var(a_i) = var_a (1 + F_i)``."""
        return "var_a" if self.inbreeding is None else "var_a(1+F)"

    @property
    def lowest(self) -> float:
        """Where A ignores inbreeding it implies a prior variance above var_a for an inbred animal, whose reliability
        falls below 0 when little is known of it."""
        return -np.inf if self.inbreeding is None else -ROUNDING

    def plan_groups(self, given: Given, design: Design, constrained: NDArray[np.bool_]) -> GroupPlan | None:
        """Groups whose solutions are held at 0."""
        return plan_groups(design, constrained, self.pedigree, given.model.traits)

    def sampler(self) -> Sampler | None:
        """Draws from N(0, A)."""
        return pedigree_sampler(self.pedigree, self.inbreeding)

    def uncertainty(self, equations: Equations, answer: Answer) -> Uncertainty | None:
        """Of animals and metafounders; the prior variance of a metafounder is its own of Gamma."""
        n, gamma = self.pedigree.n_animals, None if self.pedigree.groups is None else self.pedigree.groups.gamma
        prior = np.ones(n) if self.inbreeding is None else 1.0 + self.inbreeding
        if gamma is not None:
            prior = np.concatenate([prior, np.diag(gamma)])
        assert answer.diagonal is not None
        return Uncertainty(prior, self.of_levels(equations, answer.diagonal)[: len(prior)])
