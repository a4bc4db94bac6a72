"""The likelihood of structured matrices in their coordinates, by the chain rule from that of their (co)variances."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..likelihood import ExactProblem, Likelihood, Point, evaluate
from .coordinates import Coordinates

Floats = NDArray[np.float64]
FLAT, DOWNHILL = 1e-7, 1e-4


@dataclass(frozen=True, eq=False)
class StructuredPoint(Likelihood):
    """The likelihood at the coordinates `theta`.

    Attributes
    ----------
    whole : Point
        At the (co)variances.
    coordinates : Coordinates
    """

    whole: Point
    coordinates: Coordinates

    def solve(self, rhs: Floats) -> Floats:
        """As at the (co)variances."""
        return self.whole.solve(rhs)

    def at(self, z: Floats) -> StructuredPoint:
        """The likelihood at other coordinates."""
        return evaluate_at(self.whole.problem, z, self.coordinates)

    @property
    def covariances(self) -> Floats:
        """The (co)variances."""
        return self.whole.theta

    @property
    def lacks_rank(self) -> bool:
        """Has a matrix fewer factors than rows, and no specific variances?"""
        return any(part.structure.structure == "reduced_rank" for part in self.coordinates.parts)

    @property
    def minus2_log_likelihood(self) -> float:
        """That of the (co)variances."""
        return self.whole.minus2_log_likelihood

    @cached_property
    def jacobian(self) -> Floats:
        """Derivatives of the (co)variances, float64 of shape (n_parameters, n_coordinates)."""
        return self.coordinates.jacobian(self.theta)

    @cached_property
    def score(self) -> Floats:
        """``J' s``."""
        return np.asarray(self.jacobian.T @ self.whole.score)

    @cached_property
    def _bends(self) -> tuple[Floats, Floats]:
        """Eigenvalues and eigenvectors of ``J' AI J - sum_i s_i d2 theta_i``, in units of the coordinates."""
        information = self.jacobian.T @ self.whole.average_information @ self.jacobian
        scale = self.coordinates.own.spread
        bent = (information - self.coordinates.curvature(self.whole.score)) * np.outer(scale, scale)
        values, vectors = np.linalg.eigh(bent)
        return values, vectors

    @cached_property
    def average_information(self) -> Floats:
        """Average information with the bend of the loadings; where that is not a maximum its curvature counts as if it
        were (directions that change nothing, such as rotations, have next to none), so that a step climbs everywhere.
        """
        values, vectors = self._bends
        size = np.maximum(np.abs(values), FLAT * np.abs(values).max())
        scale = self.coordinates.own.spread
        return np.asarray((vectors * size) @ vectors.T / np.outer(scale, scale))

    def ways_out(self) -> list[Floats]:
        """Changes of the coordinates along which the likelihood bends upwards: a saddle has some, a top has none."""
        values, vectors = self._bends
        loadings = np.zeros(len(values), dtype=bool)
        for part in self.coordinates.parts:
            loadings[part.loadings] = True
        found = []
        for k in np.flatnonzero(values < -DOWNHILL * np.abs(values).max()):
            way = np.where(loadings, vectors[:, k], 0.0) * self.coordinates.own.spread
            found += [part * way for part in (0.3, -0.3, 0.05, -0.05)]
        return found


def evaluate_at(problem: ExactProblem, z: Floats, coordinates: Coordinates) -> StructuredPoint:
    """The likelihood at z, whose specific variances are above 0.

    Raises
    ------
    ModelError
        ``singular``.
    """
    whole = evaluate(problem, coordinates.covariances(z))
    return StructuredPoint(problem, z, whole.precisions, whole.pattern_inverses, whole, coordinates)
