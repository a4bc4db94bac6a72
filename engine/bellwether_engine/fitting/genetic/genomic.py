"""What all kinds of block with genotypes have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from ...equations.blocks import FixedBlock, RandomBlock
from ...equations.equations import Equations
from ...errors import ModelError
from ...linear.factor import Factor
from ...model.genomic import Genomic, Genotypes
from ...model.variances import Variances
from ...parallel.executor import Executor
from ...pedigree.pedigree import Pedigree
from ...pedigree.relationship import Relationship
from ...pedigree.sampling import Sampler
from ...pedigree.structure import Structure
from ...pedigree.subset import RelationshipBlock
from ...relationships.base_frequencies import base_frequencies
from ...relationships.blending import Tuning
from ...relationships.centred import Centred, centre
from ...solution.parts import GenomicSolution
from ...solving.solve import Answer
from ..given import Given
from ..group_regressions import GroupRegressions, group_regressions
from ..marker_tests import marker_tests
from .animal_levels import AnimalLevels
from .block import Matrix, Step, Uncertainty


@dataclass(frozen=True, eq=False)
class Genotyped:
    """What a block with genotypes is built from.

    Attributes
    ----------
    genomic : Genomic
    genotypes : Genotypes
    pedigree : Pedigree
        Its fixed groups are left out, its metafounders are not.
    inbreeding : float64, shape (n_animals,), optional
        None: A22 and A-inverse ignore inbreeding.
    variances : Variances
        Only for a given marker variance.
    z : Centred
    """

    genomic: Genomic
    genotypes: Genotypes
    pedigree: Pedigree
    inbreeding: Matrix | None
    variances: Variances
    z: Centred

    @classmethod
    def of(
        cls,
        genomic: Genomic,
        genotypes: Genotypes,
        pedigree: Pedigree,
        inbreeding: Matrix | None,
        variances: Variances,
        executor: Executor | None = None,
    ) -> Self:
        """Centre and scale the genotypes; `executor` computes the products with them.

        Raises
        ------
        ModelError
            ``no_calls``, ``no_variation``, ``frequency``.
        """
        own = pedigree.without_fixed_groups
        frequency = FREQUENCIES[genomic.frequencies or "observed"](genotypes, own, inbreeding)
        z = centre(genotypes.packed, frequency, genomic.relationship)
        z = replace(z, executor=executor or z.executor)
        return cls(genomic, genotypes, own, inbreeding, variances, z)

    @cached_property
    def a22(self) -> RelationshipBlock:
        """Pedigree relationships of the genotyped animals."""
        return RelationshipBlock(Relationship(self.pedigree, self.inbreeding), self.genotypes.animal)


@dataclass(frozen=True, eq=False)
class GenomicBlock(AnimalLevels, ABC):
    """A block whose relationships come from genotypes, alone or beside a pedigree.

    Reliabilities are ``1 - PEV / (var_a h)``, h the animal's own diagonal of G or H as blended and tuned. Fixed groups
    are regressions on their shares, so that G and A22 keep the same base as each other; metafounders stand in H.

    Attributes
    ----------
    genotyped : Genotyped
    tuning : Tuning
        How G stands in the model.
    copy_effect : float64, shape (n_markers,)
        Effect of one copy of the counted allele for a unit of ``Z' G_w^-1 u``, or of a loading.
    """

    structure: Structure
    genotyped: Genotyped
    tuning: Tuning
    copy_effect: Matrix

    step: ClassVar[Step] = Step(0.05, "relationships", 0.2)
    place = "genomic"
    has_named_levels = False
    advice = "The equations are ill-conditioned: raise blend or ridge, or ask for no reliability"

    @classmethod
    def check(cls, given: Given, random: list[RandomBlock]) -> None:
        """A genomic model has an additive effect, and its genotypes belong to animals of the pedigree."""
        _, genotypes = given.genotyped
        if not random or not random[0].is_genetic:
            message = "a genomic model needs an effect of kind additive"
            raise ModelError("no_additive", message, place="effects", fix="Add one, or remove the genotypes")
        if genotypes.animal.min() < 0 or genotypes.animal.max() >= given.pedigree.n_animals:
            message = "a genotyped animal is not in the pedigree"
            raise ModelError("unknown_position", message, place="genotypes", fix="Add it to the pedigree")

    @classmethod
    def build(cls, given: Given, inbreeding: Matrix | None) -> Self:
        """Centre the genotypes, then relationships from them."""
        return cls.of(Genotyped.of(*given.genotyped, given.pedigree, inbreeding, given.model.variances, given.executor))

    @classmethod
    @abstractmethod
    def of(cls, genotyped: Genotyped) -> Self:
        """The block of some genotypes.

        Raises
        ------
        ModelError
            ``singular_g``, ``too_large``, ``tuning``, ``bad_option``.
        """

    @property
    def z(self) -> Centred:
        """Centred and scaled genotypes."""
        return self.genotyped.z

    @property
    def reliability_base(self) -> str:
        """Each animal's own diagonal h."""
        return "var_a h"

    @property
    def n_dense(self) -> int:
        """The genotyped animals are all related to each other."""
        return self.z.n_animals

    def regressions(self, given: Given, fixed: list[FixedBlock], random: list[RandomBlock]) -> GroupRegressions | None:
        """Of fixed groups."""
        return group_regressions(given, fixed, random)

    @abstractmethod
    def sampler(self) -> Sampler:
        """Draws from the distribution of the levels."""

    @abstractmethod
    def effects(self, levels: Matrix) -> Matrix:
        """Marker effects (n_markers, n_columns) from the solved levels (n_levels, n_columns)."""

    @abstractmethod
    def explained(self, equations: Equations, answer: Answer) -> Matrix:
        """Variance of the estimated marker effects over samples, ``var(a) - PEV(a)``, (n_markers, n_columns)."""

    def markers(self, equations: Equations, answer: Answer) -> GenomicSolution:
        """Effects; with the inverse of the equations at hand, tests of them."""
        effect = self.effects(self.of_levels(equations, answer.x))
        se, p = None, None
        if answer.factor is not None and answer.diagonal is not None:
            se, p = marker_tests(effect, self.explained(equations, answer), np.diag(equations.design.covariance[0]))
        return GenomicSolution(effect, self.z.frequency, *self.tuning, se, p)

    def uncertainty(self, equations: Equations, answer: Answer) -> Uncertainty:
        """Of animals and metafounders, their prior variance being the diagonal of H."""
        assert answer.diagonal is not None
        rows = slice(0, self.pedigree.n_animals + self.pedigree.n_groups)
        return Uncertainty(self.prior_diagonal()[rows], self.of_levels(equations, answer.diagonal)[rows])

    def prior_diagonal(self) -> Matrix:
        """Diagonal of the relationships themselves, (n_levels,); they are only known by their inverse."""
        return Factor(csc_array(self.structure.tocsr())).inverse_diagonal()

    @property
    def counts(self) -> dict[str, int]:
        """Genotyped animals and markers."""
        return {"genotyped": self.z.n_animals, "markers": self.z.n_markers}


def _observed(_genotypes: Genotypes, _pedigree: Pedigree, _inbreeding: Matrix | None) -> None:
    """`centre` takes the frequencies of the genotyped animals by itself."""


def _half(genotypes: Genotypes, _pedigree: Pedigree, _inbreeding: Matrix | None) -> Matrix:
    return np.full(genotypes.packed.n_markers, 0.5)


def _base(genotypes: Genotypes, pedigree: Pedigree, inbreeding: Matrix | None) -> Matrix:
    one_base = Pedigree(pedigree.sire, pedigree.dam)
    return np.asarray(base_frequencies(genotypes, one_base, inbreeding)[0])


def _given(genotypes: Genotypes, _pedigree: Pedigree, _inbreeding: Matrix | None) -> Matrix:
    if genotypes.frequency is None:
        raise ModelError("frequency", "no frequencies are given", place="genomic.frequencies", fix="Give them")
    return genotypes.frequency


FREQUENCIES: dict[str, Callable[[Genotypes, Pedigree, Matrix | None], NDArray[np.float64] | None]] = {
    "observed": _observed,
    "half": _half,
    "base": _base,
    "given": _given,
}
