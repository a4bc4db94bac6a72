"""Gain against coancestry: what diversity costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arguments import checked, instance, whole
from .candidates import Candidates
from .contributions import MinimumCoancestry, OptimalContributions, minimum_coancestry, optimal_contributions


@dataclass(frozen=True, eq=False)
class Frontier:
    """The largest gain at rising limits of the group coancestry.

    Attributes
    ----------
    least : MinimumCoancestry
        The most diverse parents, where the frontier begins.
    points : tuple of OptimalContributions
        Each with its own proof; the last has the largest gain of all.
    """

    least: MinimumCoancestry
    points: tuple[OptimalContributions, ...]

    @property
    def coancestry(self) -> NDArray[np.float64]:
        """Group coancestry of the points, float64 of shape (n_points,)."""
        return np.array([point.coancestry for point in self.points])

    @property
    def gain(self) -> NDArray[np.float64]:
        """Gain of the points, float64 of shape (n_points,): rising and concave."""
        return np.array([point.gain for point in self.points])


@checked(candidates=instance(Candidates), n_points=whole(low=1, code="n_points"))
def frontier(candidates: Candidates, n_points: int = 10) -> Frontier:
    """Optimal contributions at `n_points` limits, evenly from the smallest coancestry to that of the largest gain.

    Parameters
    ----------
    candidates : Candidates
    n_points : int
        Number of limits, at least 1.

    Raises
    ------
    ModelError
        ``n_points`` below 1.
    NotConverged
        A point without a proof.

    References
    ----------
    Kinghorn 2011, GSE 43:4.

    Examples
    --------
    >>> from bellwether_engine import Pedigree, Relationship
    >>> pedigree = Pedigree([-1] * 4, [-1] * 4)
    >>> a = Relationship(pedigree, pedigree.inbreeding())
    >>> found = frontier(Candidates(a, [0, 1, 2, 3], [True, True, False, False], [2.0, 1.0, 2.0, 1.0]), 2)
    >>> found.coancestry.round(4), found.gain.round(4)
    (array([0.1875, 0.25  ]), array([1.8536, 2.    ]))
    """
    least = minimum_coancestry(candidates)
    greedy, _ = candidates.box.best(candidates.ebv)
    most = max(candidates.coancestry(greedy), least.coancestry)
    limits = np.linspace(least.coancestry, most, n_points + 1)[1:] * (1.0 + 1e-12)
    return Frontier(least, tuple(optimal_contributions(candidates, float(theta)) for theta in limits))
