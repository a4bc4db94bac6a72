"""A set of variances whose score comes from samples of the model itself, and whose solutions from PCG."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..parallel.workers import Workers
from ..pedigree.sampling import Sampler
from ..solving.pcg_columns import ColumnSolver
from .state import Problem, State

Floats = NDArray[np.float64]
PRECISE, SAMPLED = 1e-10, 1e-7


@dataclass(frozen=True, eq=False)
class Sampling:
    """How samples are drawn and solved: sampler of the genetic block, seed, threads and limit of iterations."""

    sampler: Sampler | None
    seed: int
    workers: Workers
    maximum_iterations: int


@dataclass(frozen=True, eq=False)
class SampledState(State):
    """The equations at `theta`, with y* drawn from the model there.

    ``tr(P V_i)`` is the mean of ``y*'P V_i P y*``, so that the score compares the records with what the model itself
    would bring forth. Its Monte Carlo covariance is the information over the number of samples: n samples leave an
    error of 1/sqrt(n) standard errors in every direction. Sample s takes its random numbers from (seed, s) alone: they
    are common to all rounds.
    """

    sampling: Sampling
    drawn: list[Floats] = field(default_factory=list)

    @cached_property
    def _solver(self) -> ColumnSolver:
        return ColumnSolver(self.equations, self.sampling.workers, self.sampling.maximum_iterations)

    def solve(self, rhs: Floats) -> Floats:
        """``C^-1 rhs`` by PCG to a relative 1e-10."""
        return self._solver.solve(rhs.reshape(len(rhs), -1), PRECISE).reshape(rhs.shape)

    @property
    def n_samples(self) -> int:
        """Samples drawn so far."""
        return len(self.drawn)

    @property
    def score(self) -> Floats:
        """``d log L / d theta`` of these samples."""
        return np.asarray(0.5 * (self._of_records - np.mean(self.drawn, axis=0)))

    @property
    def noise(self) -> Floats:
        """Monte Carlo covariance of the score, float64 of shape (n_parameters, n_parameters)."""
        centred = 0.5 * (np.array(self.drawn) - np.mean(self.drawn, axis=0))
        return np.asarray(centred.T @ centred / (len(centred) * (len(centred) - 1)))

    @cached_property
    def _of_records(self) -> Floats:
        return self.squares(*self.solution)

    def draw(self, n_samples: int) -> None:
        """Draw and solve samples until there are `n_samples`."""
        equations, width = self.problem.equations, self._solver.width
        for first in range(self.n_samples, n_samples, width):
            y = np.column_stack([self._sample(s) for s in range(first, min(n_samples, first + width))])
            x = self._solver.solve(equations.w_transposed @ (self.r_inverse @ y), SAMPLED)
            e = y - equations.w @ x
            self.drawn.extend(self.squares(*map(np.ascontiguousarray, (x[:, c], e[:, c]))) for c in range(y.shape[1]))

    def _sample(self, s: int) -> Floats:
        """y* without fixed effects, which P takes out, float64 of shape (n_observations,)."""
        generator = np.random.default_rng([self.sampling.seed, s])
        equations, problem = self.problem.equations, self.problem
        u = np.zeros(equations.n_equations)
        for component, block, start in zip(problem.components, equations.design.random, equations.starts, strict=False):
            shape = component.n_levels, component.size
            if block.is_genetic:
                assert self.sampling.sampler is not None
                z = self.sampling.sampler(generator, component.size)
            else:
                z = generator.standard_normal(shape)
            root = np.linalg.cholesky(component.matrix(self.theta))
            u[start : start + component.n_levels * component.size] = (z @ root.T).ravel()
        return np.asarray(equations.w @ u + self._residuals(generator))

    def _residuals(self, generator: np.random.Generator) -> Floats:
        e = generator.standard_normal(len(self.problem.equations.design.y))
        residual = self.problem.residual.matrix(self.theta)
        for pattern in self.problem.patterns:
            root = np.linalg.cholesky(residual[np.ix_(pattern.traits, pattern.traits)])
            e[pattern.rows] = (e[pattern.rows] @ root.T) / np.sqrt(pattern.weight)[:, None]
        return e


def sample(problem: Problem, theta: Floats, sampling: Sampling, n_samples: int) -> SampledState:
    """The state at `theta`, whose matrices must be positive definite, with its samples."""
    state = SampledState(problem, theta, *problem.inverses(theta), sampling)
    state.draw(n_samples)
    return state
