"""A set of variances: solutions, working variates and average information, however the equations are solved."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ..equations.equations import Equations
from ..linear.symmetric import inverse_of_covariances
from ..pedigree.structure import Structure
from .components import Component, pack, triangle, unit
from .terms import Pattern

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Problem:
    """What stays the same from round to round; `shares` is Q of fixed groups, shape (n_animals, n_groups)."""

    equations: Equations
    components: tuple[Component, ...]
    patterns: tuple[Pattern, ...]
    observed: NDArray[np.bool_]
    weights: Floats | None
    shares: Floats | None

    @property
    def n_fixed(self) -> int:
        """Fixed columns and groups that are estimated."""
        if self.shares is None:
            return self.equations.n_fixed
        held = 0 if self.equations.held is None else int(self.equations.held.sum())
        return self.equations.n_fixed + int(self.shares.shape[1]) * self.components[0].size - held

    @cached_property
    def structure(self) -> Structure:
        """Inverse relationships of the genetic block, from a pedigree as a matrix."""
        return self.equations.relationship_inverse.formed()

    @property
    def residual(self) -> Component:
        """The component of the residual."""
        return self.components[-1]

    def inverses(self, theta: Floats) -> tuple[tuple[Floats, ...], tuple[Floats, ...]]:
        """Inverse covariances of the random blocks, and of the residuals of each pattern."""
        residual = self.residual.matrix(theta)
        return (
            tuple(inverse_of_covariances(component.matrix(theta)) for component in self.components[:-1]),
            tuple(inverse_of_covariances(residual[np.ix_(p.traits, p.traits)]) for p in self.patterns),
        )


@dataclass(frozen=True, eq=False)
class State(ABC):
    """The equations at `theta`, float64 of shape (n_parameters,), whose matrices are positive definite."""

    problem: Problem
    theta: Floats
    precisions: tuple[Floats, ...]
    pattern_inverses: tuple[Floats, ...]

    @abstractmethod
    def solve(self, rhs: Floats) -> Floats:
        """``C^-1 rhs``, of the shape of `rhs`: (n_equations,) or (n_equations, k)."""

    @property
    @abstractmethod
    def score(self) -> Floats:
        """``d log L / d theta``, float64 of shape (n_parameters,)."""

    @property
    def r_inverse(self) -> csr_array:
        """R^-1, csr_array of shape (n_observations, n_observations)."""
        return self.equations.design.residual_inverse

    @cached_property
    def equations(self) -> Equations:
        """The equations with these variances."""
        problem, before = self.problem, self.problem.equations
        design = replace(
            before.design,
            residual=problem.residual.matrix(self.theta),
            covariance=tuple(component.matrix(self.theta) for component in problem.components[:-1]),
            precision=self.precisions,
        )
        rhs = before.w_transposed @ (design.residual_inverse @ design.y)
        return replace(before, design=design, rhs=rhs)

    @cached_property
    def solution(self) -> tuple[Floats, Floats]:
        """x, and the residuals ``y - W x``."""
        equations = self.problem.equations
        y = equations.design.y
        x = self.solve(equations.w_transposed @ (self.r_inverse @ y))
        return x, y - equations.w @ x

    def squares(self, x: Floats, e: Floats) -> Floats:
        """``y'P V_i P y`` of each parameter from the solution x and the residuals e of any y."""
        found = []
        for k, precision in enumerate(self.precisions):
            levels = self.levels(x, k)
            found.append(precision @ (levels.T @ self._structured(k, levels)) @ precision)
        total = np.zeros((self.problem.residual.size,) * 2)
        for pattern, inverse in zip(self.problem.patterns, self.pattern_inverses, strict=True):
            own = e[pattern.rows]
            place = np.ix_(pattern.traits, pattern.traits)
            total[place] += inverse @ ((own * pattern.weight[:, None]).T @ own) @ inverse
        return np.concatenate([both_halves(matrix) for matrix in (*found, total)])

    def _structured(self, k: int, levels: Floats) -> Floats:
        """Inverse relationships times the levels of a random block."""
        problem = self.problem
        if not problem.equations.design.random[k].is_genetic:
            return levels
        n_groups = 0 if problem.shares is None else problem.shares.shape[1]
        padded = np.concatenate([levels, np.zeros((n_groups, levels.shape[1]))])
        return np.asarray((problem.structure @ padded)[: len(levels)])

    def levels(self, x: Floats, k: int) -> Floats:
        """Solutions of random block k out of `x`, breeding values as deviations from their groups."""
        start, component = self.problem.equations.starts[k], self.problem.components[k]
        end = start + component.n_levels * component.size
        own = x[start:end].reshape(component.n_levels, component.size)
        shares = self.problem.shares
        if shares is None or not self.problem.equations.design.random[k].is_genetic:
            return own
        groups = x[end : end + shares.shape[1] * component.size]
        return np.asarray(own - shares @ groups.reshape(-1, component.size))

    @cached_property
    def average_information(self) -> Floats:
        """``1/2 y'P V_i P V_j P y``: average of the observed and the expected information (Johnson & Thompson 1995)."""
        equations = self.problem.equations
        variates, weighted = self._variates
        right = equations.w_transposed @ weighted
        information = 0.5 * (variates.T @ weighted - right.T @ self.solve(right))
        return np.asarray((information + information.T) / 2.0)

    @property
    def size_of_variates(self) -> Floats:
        """``1/2 f'R^-1 f`` of each working variate: what its information would be with nothing else to estimate."""
        variates, weighted = self._variates
        return np.asarray(0.5 * np.einsum("ij,ij->j", variates, weighted))

    @cached_property
    def _variates(self) -> tuple[Floats, Floats]:
        variates = self._working_variates()
        return variates, np.asarray(self.r_inverse @ variates)

    def _working_variates(self) -> Floats:
        """Columns ``V_i P y``, shape (n_observations, n_parameters)."""
        equations, problem = self.problem.equations, self.problem
        columns = []
        for k, precision in enumerate(self.precisions):
            component, start = problem.components[k], equations.starts[k]
            z = equations.w[:, start : start + component.n_levels * component.size]
            scaled = self.levels(self.solution[0], k) @ precision
            columns += [z @ (scaled @ unit(component.size, i, j)).ravel() for i, j in triangle(component.size)]
        e, size = self.solution[1], problem.residual.size
        for i, j in triangle(size):
            column = np.zeros(len(e))
            for pattern, inverse in zip(problem.patterns, self.pattern_inverses, strict=True):
                derivative = unit(size, i, j)[np.ix_(pattern.traits, pattern.traits)]
                column[pattern.rows] = e[pattern.rows] @ inverse @ derivative
            columns.append(column)
        return np.column_stack(columns)

    @cached_property
    def em_information(self) -> Floats:
        """Information of the complete data (random effects known), block diagonal: an EM step is its inverse times
        the score."""
        total = np.zeros((len(self.theta), len(self.theta)))
        for component, precision in zip(self.problem.components, self.precisions, strict=False):
            own = component.own
            total[own, own] = 0.5 * component.n_levels * _products(precision, np.arange(component.size), component.size)
        own, size = self.problem.residual.own, self.problem.residual.size
        for pattern, inverse in zip(self.problem.patterns, self.pattern_inverses, strict=True):
            total[own, own] += 0.5 * len(pattern.weight) * _products(inverse, pattern.traits, size)
        return total


def _products(precision: Floats, place: NDArray[np.int64], size: int) -> Floats:
    """``tr(H E_i H E_j)`` over the parameters of a matrix, H = `precision` at rows and columns `place`."""
    inside = np.ix_(place, place)
    halves = [precision @ unit(size, j, k)[inside] for j, k in triangle(size)]
    return np.array([[float(np.sum(a * b.T)) for b in halves] for a in halves])


def both_halves(matrix: Floats) -> Floats:
    """Derivative of ``tr(matrix M)`` in the lower triangle of a symmetric M: off the diagonal twice the element."""
    return pack(2.0 * matrix - np.diag(np.diag(matrix)))
