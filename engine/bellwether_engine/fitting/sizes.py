"""How large the arrays of a fit will be, known before it starts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ..model.effect import GENETIC, Effect
from ..model.model import Model
from ..model.records import Records
from ..parallel.workers import available_threads
from ..pedigree.pedigree import Pedigree


class Stated(NamedTuple):
    """Bytes of a step: those that later steps find in memory too, and those that it frees at its end."""

    kept: int
    passing: int


@dataclass(frozen=True)
class EffectSize:
    """Columns of one effect.

    Attributes
    ----------
    is_class, is_random, is_genetic : bool
    n_traits : int
    n_coefficients : int
        For each trait and level.
    n_values : int
        Regressors of a record; 0 for classes.
    n_levels : int
        No fewer than the effect has.
    """

    is_class: bool
    is_random: bool
    is_genetic: bool
    n_traits: int
    n_coefficients: int
    n_values: int
    n_levels: int

    @classmethod
    def of(cls, effect: Effect, model: Model, records: Records, pedigree: Pedigree) -> EffectSize:
        """From the column of the effect alone."""
        is_class, is_random = effect.kind == "fixed", effect.kind not in ("fixed", "covariate")
        n_values = effect.n_coefficients if effect.basis is not None or effect.kind == "covariate" else 0
        n_traits = len(effect.acts_on(model.traits))
        n_levels = _levels(effect, records, pedigree)
        return cls(is_class, is_random, effect.kind in GENETIC, n_traits, effect.n_coefficients, n_values, n_levels)

    @property
    def n_columns(self) -> int:
        """Coefficients of a level, over all traits."""
        return self.n_traits * self.n_coefficients

    @property
    def n_equations(self) -> int:
        """Levels times coefficients."""
        return self.n_levels * self.n_columns


@dataclass(frozen=True)
class Sizes:
    """Counts from which each stage states its bytes: no fewer than there will be.

    Attributes
    ----------
    n_records, n_traits, n_animals, n_parents, n_groups, n_threads : int
    effects : tuple of EffectSize
    """

    n_records: int
    n_traits: int
    n_animals: int
    n_parents: int
    n_groups: int
    n_threads: int
    effects: tuple[EffectSize, ...]

    @classmethod
    def of(cls, model: Model, records: Records, pedigree: Pedigree) -> Sizes:
        """Of a fit of these."""
        effects = tuple(EffectSize.of(effect, model, records, pedigree) for effect in model.effects)
        threads = model.options.threads or available_threads()
        n_records, n_traits = records.values.shape
        n_parents, n_groups = _n_parents(pedigree), pedigree.n_groups
        return cls(n_records, n_traits, pedigree.n_animals, n_parents, n_groups, threads, effects)

    @property
    def n_rows(self) -> int:
        """Levels of the genetic effect, animals and groups; 0 of a model without one."""
        return self.n_animals + self.n_groups if self.n_genetic else 0

    @cached_property
    def n_genetic(self) -> int:
        """Columns of the breeding values."""
        return sum(effect.n_columns for effect in self.effects if effect.is_genetic)

    @cached_property
    def n_fixed(self) -> int:
        """Fixed equations, with a mean of each trait."""
        return self.n_traits + sum(effect.n_equations for effect in self.effects if not effect.is_random)

    @cached_property
    def n_equations(self) -> int:
        """All of them."""
        others = [effect for effect in self.effects if effect.is_random and not effect.is_genetic]
        return self.n_fixed + self.n_rows * self.n_genetic + sum(effect.n_equations for effect in others)

    @cached_property
    def n_entries(self) -> int:
        """Entries of W that are not 0."""
        return self.n_records * sum(effect.n_columns for effect in self.effects)


def _levels(effect: Effect, records: Records, pedigree: Pedigree) -> int:
    """No fewer than the effect has."""
    if effect.kind == "covariate":
        return 1
    if effect.kind in ("fixed", "random"):
        column = records.columns.get(effect.name)
        is_coded = column is not None and column.size and column.dtype.kind in "iu"
        return min(int(column.max()) + 1, len(column)) if is_coded and column is not None else 0
    return pedigree.n_animals


def _n_parents(pedigree: Pedigree) -> int:
    is_parent = np.zeros(pedigree.n_animals + 1, dtype=bool)
    is_parent[pedigree.sire] = is_parent[pedigree.dam] = True
    return int(np.count_nonzero(is_parent[:-1]))
