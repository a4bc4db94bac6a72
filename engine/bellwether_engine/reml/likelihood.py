"""The restricted likelihood at one set of variances, its gradient and the average information."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ..design import residual_inverse
from ..equations import Equations
from ..errors import ModelError
from ..factor import Factor
from ..solve import singular_effect
from ..sparse import Analysis, analyse
from .components import Component, pack, triangle, unit
from .terms import Pattern, Terms

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Problem:
    """What stays the same from round to round; `shares` is Q of fixed groups, shape (n_animals, n_groups)."""

    equations: Equations
    components: tuple[Component, ...]
    patterns: tuple[Pattern, ...]
    terms: Terms
    analysis: Analysis
    observed: NDArray[np.bool_]
    weights: Floats | None
    log_structure: float
    shares: Floats | None = None

    @property
    def n_fixed(self) -> int:
        """Fixed columns and groups that are estimated."""
        if self.shares is None:
            return self.equations.n_fixed
        held = 0 if self.equations.held is None else int(self.equations.held.sum())
        return self.equations.n_fixed + int(self.shares.shape[1]) * self.components[0].size - held

    @property
    def residual(self) -> Component:
        """The component of the residual."""
        return self.components[-1]


def ordered(terms: Terms) -> Analysis:
    """Analysis of the pattern of the equations."""
    return analyse(terms.combine(np.ones(len(terms.slots))))


@dataclass(frozen=True, eq=False)
class Point:
    """The likelihood at `theta`, float64 of shape (n_parameters,)."""

    problem: Problem
    theta: Floats
    factor: Factor
    precisions: tuple[Floats, ...]
    pattern_inverses: tuple[Floats, ...]

    @cached_property
    def _solution(self) -> tuple[Floats, Floats, Floats]:
        """x, R^-1 e and e."""
        equations = self.problem.equations
        y = equations.design.y
        x = self.factor.solve(equations.w_transposed @ (self.r_inverse @ y))
        e = y - equations.w @ x
        return x, self.r_inverse @ e, e

    @cached_property
    def r_inverse(self) -> csr_array:
        """R^-1, csr_array of shape (n_observations, n_observations)."""
        problem = self.problem
        return residual_inverse(problem.observed, problem.residual.matrix(self.theta), problem.weights)

    @cached_property
    def minus2_log_likelihood(self) -> float:
        """``(n - p) log 2 pi + log|R| + log|G| + log|C| + y'Py``, p columns of X without the constrained ones."""
        problem = self.problem
        y = problem.equations.design.y
        total = (len(y) - problem.n_fixed) * np.log(2.0 * np.pi) + problem.log_structure
        for pattern, inverse in zip(problem.patterns, self.pattern_inverses, strict=True):
            total -= len(pattern.weight) * np.linalg.slogdet(inverse)[1]
            total -= len(pattern.traits) * float(np.log(pattern.weight).sum())
        for component, precision in zip(problem.components, self.precisions, strict=False):
            total -= component.n_levels * np.linalg.slogdet(precision)[1]
        return float(total + self.factor.log_determinant + y @ self._solution[1])

    @cached_property
    def score(self) -> Floats:
        """``d log L / d theta``."""
        traces = self.problem.terms.traces(self.factor.inverse_in_pattern())
        gradients, at = [], 0
        for k, precision in enumerate(self.precisions):
            size = self.problem.components[k].size
            trace, at = _from_terms(traces, at, size)
            gradients.append(self._of_random(k, precision, trace))
        gradient = np.zeros((self.problem.residual.size,) * 2)
        e = self._solution[2]
        for pattern, inverse in zip(self.problem.patterns, self.pattern_inverses, strict=True):
            trace, at = _from_terms(traces, at, len(pattern.traits))
            own = e[pattern.rows]
            squares = (own * pattern.weight[:, None]).T @ own
            place = np.ix_(pattern.traits, pattern.traits)
            gradient[place] -= 0.5 * (len(pattern.weight) * inverse - inverse @ (trace + squares) @ inverse)
        return np.concatenate([pack(2.0 * g - np.diag(np.diag(g))) for g in (*gradients, gradient)])

    def _of_random(self, k: int, precision: Floats, trace: Floats) -> Floats:
        problem = self.problem
        levels = self._levels(k)
        structured = levels
        if problem.equations.design.random[k].is_genetic:
            n_groups = 0 if problem.shares is None else problem.shares.shape[1]
            padded = np.concatenate([levels, np.zeros((n_groups, levels.shape[1]))])
            structured = (problem.equations.relationship_inverse @ padded)[: len(levels)]
        squares = levels.T @ structured + trace
        return np.asarray(-0.5 * (problem.components[k].n_levels * precision - precision @ squares @ precision))

    def _levels(self, k: int) -> Floats:
        """Solutions of a random block, breeding values as deviations from their groups."""
        start, component = self.problem.equations.starts[k], self.problem.components[k]
        end = start + component.n_levels * component.size
        own = self._solution[0][start:end].reshape(component.n_levels, component.size)
        shares = self.problem.shares
        if shares is None or not self.problem.equations.design.random[k].is_genetic:
            return own
        groups = self._solution[0][end : end + shares.shape[1] * component.size]
        return np.asarray(own - shares @ groups.reshape(-1, component.size))

    @cached_property
    def average_information(self) -> Floats:
        """``1/2 y'P V_i P V_j P y``: average of the observed and the expected information (Johnson & Thompson 1995)."""
        equations = self.problem.equations
        variates, weighted = self._variates
        right = equations.w_transposed @ weighted
        information = 0.5 * (variates.T @ weighted - right.T @ self.factor.solve(right))
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
            scaled = self._levels(k) @ precision
            columns += [z @ (scaled @ unit(component.size, i, j)).ravel() for i, j in triangle(component.size)]
        e, size = self._solution[2], problem.residual.size
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


def _from_terms(traces: Floats, at: int, size: int) -> tuple[Floats, int]:
    """Matrix of the traces of one component: an off-diagonal term holds both halves."""
    trace = np.empty((size, size))
    for i, (j, k) in enumerate(triangle(size)):
        trace[j, k] = trace[k, j] = traces[at + i] if j == k else 0.5 * traces[at + i]
    return trace, at + size * (size + 1) // 2


def _products(precision: Floats, place: NDArray[np.int64], size: int) -> Floats:
    """``tr(H E_i H E_j)`` over the parameters of a matrix, H = `precision` at rows and columns `place`."""
    inside = np.ix_(place, place)
    halves = [precision @ unit(size, j, k)[inside] for j, k in triangle(size)]
    return np.array([[float(np.sum(a * b.T)) for b in halves] for a in halves])


def evaluate(problem: Problem, theta: Floats) -> Point:
    """Factor the equations at `theta`, whose matrices must be positive definite.

    Raises
    ------
    ModelError
        ``singular``.
    """
    precisions = tuple(_inverse(component.matrix(theta)) for component in problem.components[:-1])
    residual = problem.residual.matrix(theta)
    inverses = tuple(_inverse(residual[np.ix_(p.traits, p.traits)]) for p in problem.patterns)
    coefficients = np.concatenate([pack(matrix) for matrix in (*precisions, *inverses)])
    try:
        factor = Factor(problem.terms.combine(coefficients), problem.analysis)
    except ModelError as error:
        raise singular_effect(error, problem.equations) from error
    return Point(problem, theta, factor, precisions, inverses)


def _inverse(matrix: Floats) -> Floats:
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)
