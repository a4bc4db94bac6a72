"""Where the (co)variances may lie: every matrix positive semidefinite, and what holds at the edge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..linear.cone import best_step, solve_scaled
from .components import Component, triangle
from .state import State

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
INSIDE = 0.1
AT_EDGE = 2e-5


@dataclass(frozen=True, eq=False)
class Region:
    """The space of the parameters.

    Attributes
    ----------
    components : tuple of Component
    fixed : bool, shape (n_parameters,)
        Parameters that keep their start value.
    spread : float64, shape (n_parameters,)
        Variance of the records of the traits of each parameter (of two traits: its geometric mean).
    share : float
        Of that variance: what stays in every direction of every matrix, so that a singular matrix has an inverse.
    """

    components: tuple[Component, ...]
    fixed: Bools
    spread: Floats
    share: float

    def least(self, component: Component) -> Floats:
        """The least matrix of a component."""
        return np.diag(self.share * self._variances(component))

    def _variances(self, component: Component) -> Floats:
        return np.diag(component.matrix(self.spread)).copy()

    def above(self, component: Component, theta: Floats) -> Floats:
        """What a matrix is more than the least, without what rounding makes negative."""
        deviation = np.sqrt(self._variances(component))
        scaled = (component.matrix(theta) - self.least(component)) / np.outer(deviation, deviation)
        values, vectors = np.linalg.eigh(scaled)
        return np.asarray((vectors * np.maximum(values, 0.0)) @ vectors.T * np.outer(deviation, deviation))

    def lifted(self, theta: Floats) -> Floats:
        """The same (co)variances; a matrix that is singular is raised to the least one."""
        found = theta.copy()
        for component in self.components:
            if not self.is_inside(component, theta):
                raised = self.above(component, theta) + 2.0 * self.least(component)
                rows, columns = zip(*triangle(component.size), strict=True)
                found[component.own] = raised[list(rows), list(columns)]
        return found

    def is_inside(self, component: Component, theta: Floats) -> bool:
        """Is a matrix more than the least in every direction?"""
        deviation = np.sqrt(self._variances(component))
        scaled = (component.matrix(theta) - self.least(component)) / np.outer(deviation, deviation)
        return bool(np.linalg.eigvalsh(scaled)[0] > 0.0)

    def keeps(self, before: Floats, after: Floats) -> bool:
        """Does a step leave a tenth of every matrix in every direction?"""
        for component in self.components:
            left = component.matrix(after) - INSIDE * component.matrix(before) - (1.0 - INSIDE) * self.least(component)
            deviation = np.sqrt(self._variances(component))
            if not np.linalg.eigvalsh(left / np.outer(deviation, deviation))[0] > 0.0:
                return False
        return True

    def best(self, point: State, information: Floats, left: float = 0.0) -> Floats:
        """The best step inside, which leaves the share `left` of what each matrix has above the least."""
        slack = [(1.0 - left) * self.above(component, point.theta) for component in self.components]
        return best_step(slack, self.spread, point.score, information, ~self.fixed)

    def plain(self, point: State, information: Floats) -> Floats:
        """The step of the information, wherever it leads."""
        free = ~self.fixed
        step = np.zeros(len(point.theta))
        step[free] = solve_scaled(information[np.ix_(free, free)], point.score[free])
        return step

    def edge(self, component: Component, theta: Floats) -> tuple[Bools, Floats]:
        """Rows whose variance is 0, and the other directions in which a matrix has none, shape (size, n)."""
        variances = self._variances(component)
        scaled = self.above(component, theta) / np.sqrt(np.outer(variances, variances))
        gone = np.diag(scaled) < AT_EDGE
        values, vectors = np.linalg.eigh(np.where(gone[:, None] | gone, np.eye(len(gone)), scaled))
        directions = vectors[:, values < AT_EDGE] / np.sqrt(variances)[:, None]
        return gone, directions


@dataclass(frozen=True, eq=False)
class Slope:
    """The likelihood around a point of the region: how far its top is, and the errors of the estimates."""

    point: State
    region: Region
    step: Floats
    information: Floats

    @property
    def in_standard_errors(self) -> float:
        """How far the top is in standard errors, ``sqrt(2 q)`` with q the gain in log L of the best step inside."""
        gain = self.point.score @ self.step - 0.5 * self.step @ self.information @ self.step
        return float(np.sqrt(max(0.0, 2.0 * float(gain))))

    @property
    def at_edge(self) -> bool:
        """Is a matrix singular?"""
        return bool(self.held.any()) or any(directions.size for _, _, directions in self._edges())

    def _edges(self) -> Iterator[tuple[Component, Bools, Floats]]:
        for component in self.region.components:
            yield component, *self.region.edge(component, self.point.theta)

    @cached_property
    def held(self) -> Bools:
        """(Co)variances of rows without variance."""
        held = np.zeros(len(self.point.theta), dtype=bool)
        for component, gone, _ in self._edges():
            for at, (j, k) in enumerate(triangle(component.size), component.start):
                held[at] = gone[j] or gone[k]
        return held

    @cached_property
    def tangent(self) -> Floats:
        """Directions in which the parameters move along the edge, shape (n_parameters, n)."""
        still = self.held | self.region.fixed
        rules = list(np.eye(len(still))[still])
        for component, _, directions in self._edges():
            pairs = triangle(component.size)
            for a in range(directions.shape[1]):
                for b in range(a + 1):
                    rule = np.zeros(len(still))
                    u, v = directions[:, a], directions[:, b]
                    rule[component.own] = [u[j] * v[k] + (u[k] * v[j] if j != k else 0.0) for j, k in pairs]
                    rules.append(rule)
        if not rules:
            return np.diag(self.region.spread)
        scaled = np.array(rules) * self.region.spread
        scaled /= np.linalg.norm(scaled, axis=1, keepdims=True)
        _, values, vectors = np.linalg.svd(scaled)
        rank = int((values > 1e-9).sum())
        return np.asarray(vectors[rank:].T * self.region.spread[:, None])

    @cached_property
    def lift(self) -> Floats:
        """What singular matrices hold more than they should, so that they have an inverse."""
        lift = np.zeros(len(self.point.theta))
        for component, gone, directions in self._edges():
            if gone.any() or directions.size:
                for at, (j, k) in enumerate(triangle(component.size), component.start):
                    lift[at] = self.region.share * self.region.spread[at] if j == k else 0.0
        return lift

    @property
    def singular(self) -> Floats:
        """The parameters without the lift: correlations of 1 are 1."""
        return np.asarray(self.point.theta - self.lift)

    @property
    def told(self) -> Floats:
        """The (co)variances that are reported: those of the solutions."""
        return self.point.theta

    def covariance(self) -> Floats:
        """Covariance matrix of the estimates, NaN where they do not move."""
        still = self.held | self.region.fixed
        if not self.tangent.shape[1]:
            return np.full((len(still),) * 2, np.nan)
        information = self.tangent.T @ self.point.average_information @ self.tangent
        covariance = self.tangent @ solve_scaled(information, np.eye(len(information))) @ self.tangent.T
        covariance[still, :] = covariance[:, still] = np.nan
        return np.asarray(covariance)


def slope_at(point: State, region: Region, information: Floats | None = None) -> Slope:
    """The likelihood around a point, by the average information or by another one."""
    matrix = point.average_information if information is None else information
    try:
        step = region.plain(point, matrix)
    except np.linalg.LinAlgError:
        step = np.full(len(point.theta), np.nan)
    theta = point.theta + step
    is_plain = np.isfinite(theta).all() and all(region.is_inside(c, theta) for c in region.components)
    return Slope(point, region, step if is_plain else region.best(point, matrix), matrix)
