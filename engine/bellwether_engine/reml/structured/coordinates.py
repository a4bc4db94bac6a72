"""The coordinates of structured matrices: specific variances and whole matrices first, then all loadings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...model.structure import CovarianceStructure
from ..components import Component, pack, triangle, unpack
from ..region import Region

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
WHOLE = CovarianceStructure("unstructured")


@dataclass(frozen=True, eq=False)
class Part:
    """Where a matrix stands among the coordinates.

    Attributes
    ----------
    component : Component
    structure : CovarianceStructure
    own : slice
        Its lower triangle (unstructured) or its specific variances.
    loadings : slice
        Row by row, (size, n_factors).
    """

    component: Component
    structure: CovarianceStructure
    own: slice
    loadings: slice

    @property
    def is_whole(self) -> bool:
        """Is it unstructured?"""
        return self.structure.structure == "unstructured"

    def loadings_of(self, z: Floats) -> Floats:
        """Its loadings out of all coordinates, (size, n_factors)."""
        return z[self.loadings].reshape(self.component.size, self.structure.n_factors)

    def specific_of(self, z: Floats) -> Floats:
        """Its specific variances, (size,), 0 where the structure has none."""
        return z[self.own] if self.structure.has_specific else np.zeros(self.component.size)


@dataclass(frozen=True, eq=False)
class Coordinates:
    """Parameters z of the structures, and the (co)variances that follow from them.

    Attributes
    ----------
    region : Region
        Of the (co)variances.
    parts : tuple of Part
    own : Region
        Of z: the specific variances are matrices of one row, the loadings may be anything. A matrix without specific
        variances holds the least of `region` in each direction beside its loadings, so that it has an inverse.
    """

    region: Region
    parts: tuple[Part, ...]
    own: Region

    def covariances(self, z: Floats) -> Floats:
        """The (co)variances, float64 of shape (n_parameters,)."""
        found = np.empty(len(self.region.spread))
        for part in self.parts:
            found[part.component.own] = z[part.own] if part.is_whole else pack(self.matrix(part, z))
        return found

    def matrix(self, part: Part, z: Floats) -> Floats:
        """The matrix of a part."""
        if part.is_whole:
            return unpack(z[part.own])
        loadings = part.loadings_of(z)
        rest = np.diag(z[part.own]) if part.structure.has_specific else self.region.least(part.component)
        return np.asarray(loadings @ loadings.T + rest)

    def jacobian(self, z: Floats) -> Floats:
        """Derivatives of the (co)variances, float64 of shape (n_parameters, n_coordinates)."""
        found = np.zeros((len(self.region.spread), len(z)))
        for part in self.parts:
            own = part.component.own
            if part.is_whole:
                found[own, part.own] = np.eye(own.stop - own.start)
                continue
            loadings, k = part.loadings_of(z), part.structure.n_factors
            for at, (i, j) in enumerate(triangle(part.component.size), own.start):
                if i == j and part.structure.has_specific:
                    found[at, part.own.start + i] = 1.0
                found[at, part.loadings.start + i * k : part.loadings.start + (i + 1) * k] += loadings[j]
                found[at, part.loadings.start + j * k : part.loadings.start + (j + 1) * k] += loadings[i]
        return found

    def curvature(self, score: Floats) -> Floats:
        """``sum_i s_i d2 theta_i / dz dz'``: how the score (n_parameters,) bends along the loadings."""
        found = np.zeros((len(self.own.spread),) * 2)
        for part in self.parts:
            k = part.structure.n_factors
            if k:
                slope = unpack(score[part.component.own])
                slope = 0.5 * (slope + np.diag(np.diag(slope)))
                found[part.loadings, part.loadings] = 2.0 * np.kron(slope, np.eye(k))
        return found


def coordinates_of(region: Region, structures: Mapping[str, CovarianceStructure]) -> Coordinates:
    """The coordinates of the matrices of `region` with structures by the names of their components."""
    parts, inside, at, spread, fixed = [], [], 0, [], []
    for c in region.components:
        structure = structures.get(c.name, WHOLE)
        if structure.structure == "unstructured":
            inside.append(Component(c.name, c.effect, c.labels, c.traits, c.kinds, c.n_levels, at))
            own = inside[-1].own
            spread.append(region.spread[c.own])
            fixed.append(region.fixed[c.own])
        else:
            own = slice(at, at + (c.size if structure.has_specific else 0))
            for i in range(own.stop - own.start):
                one = (c.labels[i],), (c.traits[i],), (c.kinds[i],)
                inside.append(Component(c.name, c.effect, *one, c.n_levels, at + i))
            spread.append(np.diag(c.matrix(region.spread))[: own.stop - own.start])
            fixed.append(np.zeros(own.stop - own.start, dtype=bool))
        at = own.stop
        parts.append((c, structure, own))
    placed = []
    for c, structure, own in parts:
        n = c.size * structure.n_factors
        placed.append(Part(c, structure, own, slice(at, at + n)))
        spread.append(np.repeat(np.sqrt(np.diag(c.matrix(region.spread))), structure.n_factors))
        fixed.append(np.zeros(n, dtype=bool))
        at += n
    of_z = Region(tuple(inside), np.concatenate(fixed), np.concatenate(spread), region.share)
    return Coordinates(region, tuple(placed), of_z)
