"""The errors of (co)variances that follow from fewer parameters, and what lies at a bound."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..components import pack
from ..region import Slope, slope_at
from .coordinates import Part
from .structured_point import StructuredPoint

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
DEPENDENT, UNTOLD = 1e-9, 1e-4


@dataclass(frozen=True, eq=False)
class StructuredSlope(Slope):
    """The likelihood around a structured point: (co)variances move as the coordinates do.

    Attributes
    ----------
    own : Slope
        In the coordinates.
    """

    own: Slope

    @property
    def in_standard_errors(self) -> float:
        """How far the top is along the structure."""
        return self.own.in_standard_errors

    @property
    def told(self) -> Floats:
        """What loadings and specific variances say."""
        return self.singular

    @cached_property
    def lift(self) -> Floats:
        """What keeps matrices of reduced rank from being singular, and specific variances at 0 from being none."""
        lift = super().lift.copy()
        for part in self.structured.coordinates.parts:
            if not part.is_whole:
                least = np.where(at_zero(part, self), part.specific_of(self.structured.theta), 0.0)
                rest = np.diag(least) if part.structure.has_specific else self.region.least(part.component)
                lift[part.component.own] = pack(rest)
        return lift

    @cached_property
    def structured(self) -> StructuredPoint:
        """The point in its coordinates."""
        assert isinstance(self.own.point, StructuredPoint)
        return self.own.point

    @cached_property
    def tangent(self) -> Floats:
        """Directions in which the (co)variances move, shape (n_parameters, n): as many as the matrices have ways."""
        spread = self.region.spread[:, None]
        vectors, values, _ = np.linalg.svd(self.structured.jacobian @ self.own.tangent / spread, full_matrices=False)
        return np.asarray(vectors[:, values > DEPENDENT * values.max(initial=0.0)] * spread)

    @cached_property
    def held(self) -> Bools:
        """(Co)variances of rows without variance, and those that the structure leaves at 0."""
        return np.asarray(super().held | (np.abs(self.tangent).max(axis=1, initial=0.0) == 0.0))

    def errors(self, gradients: Floats) -> Floats:
        """Standard errors of functions of the coordinates with these gradients, (n, n_coordinates): NaN of a function
        that the records do not tell, since the (co)variances stay where it moves."""
        tangent = self.own.tangent
        moved = self.structured.jacobian @ tangent
        values, vectors = np.linalg.eigh(moved.T @ self.point.average_information @ moved)
        is_told = values > DEPENDENT * values.max(initial=0.0)
        along = gradients @ tangent @ vectors
        size = np.maximum(np.linalg.norm(along, axis=1), 1e-300)
        untold = np.linalg.norm(along[:, ~is_told], axis=1) > UNTOLD * size
        errors = np.sqrt(np.sum(along[:, is_told] ** 2 / values[is_told], axis=1))
        return np.where(untold | (size == 1e-300), np.nan, errors)


def structured_slope(point: StructuredPoint) -> StructuredSlope:
    """The likelihood around a structured point."""
    own, region = slope_at(point, point.coordinates.own), point.coordinates.region
    whole = point.whole
    return StructuredSlope(whole, region, np.zeros(len(whole.theta)), whole.average_information, own)


def at_zero(part: Part, slope: StructuredSlope) -> Bools:
    """Specific variances at their bound, bool of shape (size,)."""
    if not part.structure.has_specific:
        return np.zeros(part.component.size, dtype=bool)
    return slope.own.held[part.own]
