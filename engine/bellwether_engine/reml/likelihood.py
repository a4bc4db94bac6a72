"""The restricted likelihood at a set of variances, and its gradient, by factorisation."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from ..linear.factor import Factor
from ..linear.sparse import Analysis, analyse
from ..solving.solve import singular_effect
from .components import pack, triangle
from .state import Problem, State, both_halves
from .terms import Terms

Floats = NDArray[np.float64]
ILL, REFINEMENTS = 1e-3, 2


@dataclass(frozen=True, eq=False)
class ExactProblem(Problem):
    """The problem with the pattern of its equations: `log_structure` is ``sum log |K|`` of the relationships."""

    terms: Terms
    analysis: Analysis
    log_structure: float


def ordered(terms: Terms) -> Analysis:
    """Analysis of the pattern of the equations."""
    return analyse(terms.combine(np.ones(len(terms.slots))))


@dataclass(frozen=True, eq=False)
class Likelihood(State):
    """A state that knows its likelihood, in any coordinates `theta`."""

    problem: ExactProblem

    @property
    @abstractmethod
    def minus2_log_likelihood(self) -> float:
        """-2 log L with its constant."""

    @abstractmethod
    def at(self, theta: Floats) -> Self:
        """The likelihood at other coordinates.

        Raises
        ------
        ModelError
            ``singular``.
        """

    @property
    def covariances(self) -> Floats:
        """The (co)variances at `theta`."""
        return self.theta

    @property
    def lacks_rank(self) -> bool:
        """Is a matrix singular by its structure?"""
        return False


@dataclass(frozen=True, eq=False)
class Point(Likelihood):
    """The likelihood at the (co)variances `theta`."""

    factor: Factor

    def at(self, theta: Floats) -> Point:
        """The likelihood at other (co)variances."""
        return evaluate(self.problem, theta)

    def solve(self, rhs: Floats) -> Floats:
        """``C^-1 rhs`` by the factor; refined where a matrix is nearly singular."""
        x = self.factor.solve(rhs)
        for _ in range(REFINEMENTS if self._is_near_edge else 0):
            x = x + self.factor.solve(rhs - self.factor.product(x))
        return x

    @cached_property
    def _is_near_edge(self) -> bool:
        for matrix in (*self.precisions, *self.pattern_inverses):
            scale = np.sqrt(np.diag(matrix))
            if np.linalg.eigvalsh(matrix / np.outer(scale, scale))[0] < ILL or scale.max() > scale.min() / ILL:
                return True
        return False

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
        return float(total + self.factor.log_determinant + y @ (self.r_inverse @ self.solution[1]))

    @cached_property
    def score(self) -> Floats:
        """``d log L / d theta``."""
        return np.asarray(0.5 * (self.squares(*self.solution) - self._traces()))

    def _traces(self) -> Floats:
        """``tr(P V_i)`` of each parameter."""
        traces = self.problem.terms.traces(self.factor.inverse_in_pattern())
        found, at = [], 0
        for k, precision in enumerate(self.precisions):
            component = self.problem.components[k]
            trace, at = _from_terms(traces, at, component.size)
            found.append(component.n_levels * precision - precision @ trace @ precision)
        total = np.zeros((self.problem.residual.size,) * 2)
        for pattern, inverse in zip(self.problem.patterns, self.pattern_inverses, strict=True):
            trace, at = _from_terms(traces, at, len(pattern.traits))
            total[np.ix_(pattern.traits, pattern.traits)] += len(pattern.weight) * inverse - inverse @ trace @ inverse
        return np.concatenate([both_halves(matrix) for matrix in (*found, total)])


def _from_terms(traces: Floats, at: int, size: int) -> tuple[Floats, int]:
    """Matrix of the traces of one component: an off-diagonal term holds both halves."""
    trace = np.empty((size, size))
    for i, (j, k) in enumerate(triangle(size)):
        trace[j, k] = trace[k, j] = traces[at + i] if j == k else 0.5 * traces[at + i]
    return trace, at + size * (size + 1) // 2


def evaluate(problem: ExactProblem, theta: Floats) -> Point:
    """Factor the equations at `theta`, whose matrices must be positive definite.

    Raises
    ------
    ModelError
        ``singular``.
    """
    precisions, inverses = problem.inverses(theta)
    coefficients = np.concatenate([pack(matrix) for matrix in (*precisions, *inverses)])
    try:
        factor = Factor(problem.terms.combine(coefficients), problem.analysis)
    except ModelError as error:
        raise singular_effect(error, problem.equations) from error
    return Point(problem, theta, precisions, inverses, factor)
