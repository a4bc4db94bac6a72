"""Records of lambs: true values and environment."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .design import Matrix, TraitDesign
from .inheritance import Positions

AGE_MEAN, AGE_SD = 100.0, 7.0


@dataclass(frozen=True, eq=False)
class Lambs:
    """The lambs of one year, all of shape (n_lambs,): parents, flock, sex, litter (a running number), lambs reared
    together with it and itself, whether its dam is two years old, whether it lives to be recorded."""

    sire: Positions
    dam: Positions
    flock: NDArray[np.int32]
    is_male: NDArray[np.bool_]
    litter: NDArray[np.int32]
    reared: NDArray[np.int32]
    is_young_dam: NDArray[np.bool_]
    is_alive: NDArray[np.bool_]


@dataclass(eq=False)
class Environment:
    """Draws what is not genetic; remembers the permanent effects of dams and the effects of groups.

    ``y = mean + group + male + twin (reared - 1) + young_dam + per_day (age - 100) + u + m_dam + p_dam + litter + e``
    """

    design: TraitDesign
    rng: np.random.Generator
    permanent: Matrix = field(init=False)
    groups: list[Matrix] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.permanent = np.empty((0, len(self.design.maternal)))

    def add_animals(self, n: int) -> None:
        """Permanent effects as a dam for `n` more animals."""
        matrix = self.design.permanent_dam
        drawn = np.zeros((n, len(self.design.maternal))) if matrix is None else self._normal(n, np.asarray(matrix))
        self.permanent = np.concatenate([self.permanent, drawn])

    def observe(self, lambs: Lambs, own: Matrix, values: Matrix, n_flocks: int) -> tuple[Matrix, NDArray[np.float64]]:
        """Phenotypes, NaN where missing, float64 of shape (n_lambs, n_traits), and ages in days.

        `own` are the values of the lambs, `values` those of all animals before them.
        """
        design, n, t = self.design, len(lambs.sire), len(self.design.traits)
        age = self.rng.normal(AGE_MEAN, AGE_SD, n)
        groups = self.rng.normal(size=(n_flocks, t)) * design.group_sd
        self.groups.append(groups)
        y = design.mean + groups[lambs.flock] + own[:, :t]
        y += np.outer(lambs.is_male, design.male) + np.outer(lambs.reared - 1, design.twin)
        y += np.outer(lambs.is_young_dam, design.young_dam) + np.outer(age - AGE_MEAN, design.per_day)
        y[:, design.maternal_columns] += values[lambs.dam, t:] + self.permanent[lambs.dam]
        _, code = np.unique(lambs.litter, return_inverse=True)
        y += (self.rng.normal(size=(int(code.max(initial=-1)) + 1, t)) * np.sqrt(design.litter))[code]
        y += self._normal(n, np.asarray(design.residual))
        y[self.rng.random((n, t)) < design.missing] = np.nan
        y[~lambs.is_alive] = np.nan
        return y, age

    def _normal(self, n: int, covariance: Matrix) -> Matrix:
        if not covariance.any():
            return np.zeros((n, len(covariance)))
        return np.asarray(self.rng.normal(size=(n, len(covariance))) @ np.linalg.cholesky(covariance).T)
