"""The genetic trend of a flock: how the mean breeding value changes from drop to drop."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

# own: a drop of fewer animals says little, and two points have no error
ENOUGH_ANIMALS = 5
ENOUGH_DROPS = 3


@dataclass(frozen=True, slots=True)
class Drop:
    """One year of lambs."""

    drop_year: int
    n: int
    mean: float

    @property
    def is_in_slope(self) -> bool:
        """Has it enough animals to count?"""
        return self.n >= ENOUGH_ANIMALS


def slope_of(drops: Sequence[Drop]) -> tuple[float, float] | None:
    """Weighted least-squares slope per year and its standard error, weights being the numbers of animals."""
    used = [drop for drop in drops if drop.is_in_slope]
    if len(used) < ENOUGH_DROPS:
        return None
    year, mean, n = (np.array([getattr(drop, name) for drop in used], float) for name in ("drop_year", "mean", "n"))
    centred = year - np.average(year, weights=n)
    spread = float(np.sum(n * centred**2))
    slope = float(np.sum(n * centred * mean)) / spread
    residual = mean - np.average(mean, weights=n) - slope * centred
    return slope, sqrt(float(np.sum(n * residual**2)) / (len(used) - 2) / spread)
