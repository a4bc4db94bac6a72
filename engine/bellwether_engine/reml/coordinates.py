"""Steps that stay inside the parameter space: variances as they are, or Cholesky factors near its edge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .components import Component, pack, triangle, unit, unpack
from .state import State

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
INSIDE = 1e-9
LEFT = 0.1
NEAR, LEAVE = 10.0, 30.0


@dataclass(frozen=True, eq=False)
class Coordinates:
    """How each component is expressed.

    Attributes
    ----------
    components : tuple of Component
    by_root : tuple of bool
        True: the component moves as its Cholesky factor L, whose diagonal stays above `floor`.
    fixed : bool, shape (n_parameters,)
        Parameters that keep their start value.
    floor : float64, shape (n_parameters,)
        Least value of the diagonal of L, -inf off the diagonal.
    """

    components: tuple[Component, ...]
    by_root: tuple[bool, ...]
    fixed: Bools
    floor: Floats

    def of(self, theta: Floats) -> Floats:
        """Coordinates z of variances `theta`; both float64 of shape (n_parameters,)."""
        z = theta.copy()
        for component in self._rooted():
            z[component.own] = pack(np.asarray(np.linalg.cholesky(component.matrix(theta)), dtype=np.float64))
        return z

    def theta(self, z: Floats) -> Floats:
        """Variances at coordinates `z`."""
        theta = z.copy()
        for component in self._rooted():
            root = np.tril(unpack(z[component.own]))
            theta[component.own] = pack(root @ root.T)
        return theta

    def jacobian(self, z: Floats) -> Floats:
        """``d theta / d z``, shape (n_parameters, n_parameters)."""
        jacobian = np.eye(len(z))
        for component in self._rooted():
            root, size = np.tril(unpack(z[component.own])), component.size
            halves = [np.tril(unit(size, j, k)) @ root.T for j, k in triangle(size)]
            jacobian[component.own, component.own] = np.column_stack([pack(half + half.T) for half in halves])
        return jacobian

    def near_edge(self, before: Floats, after: Floats) -> Coordinates:
        """The same; components near an edge that a step would take across it move by their roots, until they are
        well inside again."""
        by_root = []
        for component, rooted in zip(self.components, self.by_root, strict=True):
            root = np.diag(np.linalg.cholesky(component.matrix(before)))
            floor = np.diag(unpack(self.floor[component.own]))
            near = bool((root < (LEAVE if rooted else NEAR) * floor).any())
            by_root.append(near and (rooted or not is_inside(component, after)))
        return replace(self, by_root=tuple(by_root))

    def shortened(self, before: Floats, after: Floats) -> Floats:
        """The part of a step that leaves a tenth of every variance in every direction of a matrix."""
        part = 1.0
        for component, rooted in zip(self.components, self.by_root, strict=True):
            if not rooted:
                inverse = np.linalg.inv(np.linalg.cholesky(component.matrix(before)))
                least = float(np.linalg.eigvalsh(inverse @ component.matrix(after) @ inverse.T)[0])
                part = min(part, 1.0 if least >= LEFT else (1.0 - LEFT) / (1.0 - least))
        return after if part == 1.0 else before + part * (after - before)

    def held(self, z: Floats, slope: Floats) -> Bools:
        """Parameters that do not move: fixed ones, and roots at their floor that the likelihood pushes down."""
        at_floor = np.zeros(len(z), dtype=bool)
        for component in self._rooted():
            at_floor[component.own] = z[component.own] <= self.floor[component.own] * (1.0 + 1e-9)
        return self.fixed | (at_floor & (slope <= 0.0))

    def _rooted(self) -> Iterator[Component]:
        return (component for component, rooted in zip(self.components, self.by_root, strict=True) if rooted)

    def lowest(self) -> Floats:
        """Bound of each coordinate."""
        bound = np.full(len(self.floor), -np.inf)
        for component in self._rooted():
            bound[component.own] = self.floor[component.own]
        return bound


def is_inside(component: Component, theta: Floats) -> bool:
    """Is the matrix of a component positive definite?"""
    matrix = component.matrix(theta)
    scale = np.sqrt(np.abs(np.diag(matrix)))
    if (np.diag(matrix) <= 0.0).any():
        return False
    return bool(np.linalg.eigvalsh(matrix / np.outer(scale, scale))[0] > INSIDE)


@dataclass(frozen=True, eq=False)
class Slope:
    """Gradient and information in the coordinates, and what is held."""

    z: Floats
    jacobian: Floats
    gradient: Floats
    information: Floats
    held: Bools

    @property
    def in_standard_errors(self) -> float:
        """``sqrt(s' AI^-1 s)`` over the parameters that move: how many standard errors the optimum is away."""
        free = ~self.held
        if not free.any():
            return 0.0
        step = solve_scaled(self.information[np.ix_(free, free)], self.gradient[free])
        return float(np.sqrt(max(0.0, float(self.gradient[free] @ step))))

    def covariance(self) -> Floats:
        """Covariance matrix of the estimates of the variances, NaN where they do not move."""
        free = ~self.held
        directions = self.jacobian[:, free]
        inverse = solve_scaled(self.information[np.ix_(free, free)], np.eye(int(free.sum())))
        covariance = directions @ inverse @ directions.T
        still = ~(np.abs(directions) > 0.0).any(axis=1)
        covariance[still, :] = covariance[:, still] = np.nan
        return np.asarray(covariance)


def slope_at(point: State, coordinates: Coordinates) -> Slope:
    """Gradient and average information of a point in the coordinates."""
    z = coordinates.of(point.theta)
    jacobian = coordinates.jacobian(z)
    gradient = jacobian.T @ point.score
    information = jacobian.T @ point.average_information @ jacobian
    return Slope(z, jacobian, gradient, information, coordinates.held(z, gradient))


def propose(point: State, coordinates: Coordinates, share: float) -> Floats:
    """Variances after a step with ``AI + share * EM`` information; a root that would cross its floor goes a tenth
    of the way, and the others move given that."""
    slope, bound = slope_at(point, coordinates), coordinates.lowest()
    information = slope.information + share * slope.jacobian.T @ point.em_information @ slope.jacobian
    step, moving = np.zeros(len(slope.z)), ~slope.held
    while moving.any():
        still = ~moving
        right = slope.gradient[moving] - information[np.ix_(moving, still)] @ step[still]
        step[moving] = solve_scaled(information[np.ix_(moving, moving)], right)
        crossing = moving & (slope.z + step < bound)
        if not crossing.any():
            break
        step[crossing] = np.maximum(bound[crossing], 0.1 * slope.z[crossing]) - slope.z[crossing]
        moving &= ~crossing
    return coordinates.theta(slope.z + step)


def em_step(point: State, coordinates: Coordinates) -> Floats:
    """Variances after one step of expectation-maximisation, which never leaves the parameter space."""
    free = ~coordinates.fixed
    step = np.zeros(len(point.theta))
    step[free] = np.linalg.solve(point.em_information[np.ix_(free, free)], point.score[free])
    z = coordinates.of(point.theta + step)
    return coordinates.theta(np.maximum(z, coordinates.lowest()))


def solve_scaled(matrix: Floats, right: Floats) -> Floats:
    """``matrix^-1 right`` for a symmetric matrix, scaled to a unit diagonal first."""
    scale = 1.0 / np.sqrt(np.maximum(np.diag(matrix), 1e-300))
    scaled = np.linalg.solve(matrix * np.outer(scale, scale), (right.T * scale).T)
    return np.asarray((scaled.T * scale).T)
