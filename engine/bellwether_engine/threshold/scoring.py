"""Ordered categories: the threshold model, by maximum a posteriori estimation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array
from scipy.special import ndtri

from ..equations.equations import Equations
from ..equations.group_equations import GroupPlan, without_groups
from ..errors import ModelError, NotConverged
from ..linear.factor import Factor
from ..model.options import Options
from ..parallel.executor import Executor
from ..solution.parts import Convergence, ThresholdSolution
from ..solving.pcg import solve_pcg
from ..solving.results import genetic_scale
from ..solving.solve import Answer, Plan, Tell, factor_of
from .liability import Round, Scores
from .ordinal import refuse_extremes

ROUNDS = 100
HALVINGS = 20
SETTLED, RUNAWAY, FAR = 30, 0.05, 4.0
Vector = NDArray[np.float64]


class _Bordered:
    """The equations of a round with the free thresholds as a border, solved directly or by PCG."""

    def __init__(
        self, equations: Equations, step: Round, plan: Plan, options: Options, executor: Executor | None
    ) -> None:
        weighted = diags_array(step.weight, format="csr")
        self.equations = replace(equations, given_residual_inverse=csr_array(weighted))
        self.plan, self.options, self.executor = plan, options, executor
        self.factor: Factor | None = None
        if plan.is_exact or plan.method == "direct":
            self.factor = factor_of(self.equations)
        self.last: Convergence | None = None
        self.border = np.asarray(equations.w.T @ step.border)
        if equations.held is not None:
            self.border[equations.held] = 0.0
        self.spread = np.empty(self.border.shape)
        for k in range(self.border.shape[1]):
            self.spread[:, k] = self._solve(self.border[:, k])
        self.inverse = np.linalg.inv(step.information - self.border.T @ self.spread)

    def _solve(self, rhs: Vector) -> Vector:
        if self.factor is not None and self.plan.method == "direct":
            return self.factor.solve(rhs)
        options = self.options
        asked = replace(self.equations, rhs=rhs)
        x, self.last = solve_pcg(
            asked,
            genetic_scale(asked),
            0.1 * options.tolerance,
            options.maximum_iterations,
            lambda _share: None,
            options.threads,
            self.executor,
        )
        return x

    def solve_both(self, rhs: Vector, threshold_rhs: Vector) -> tuple[Vector, Vector]:
        """Solutions of the model's equations and of the free thresholds."""
        x = self._solve(rhs)
        change = self.inverse @ (threshold_rhs - self.border.T @ x)
        return x - self.spread @ change, change

    def solve(self, rhs: Vector) -> Vector:
        """The part of the inverse that belongs to the model's equations, times `rhs`."""
        assert self.factor is not None
        solved: Vector = self.factor.solve(rhs) + self.spread @ (self.inverse @ (self.spread.T @ rhs))
        return solved

    def inverse_diagonal(self) -> Vector:
        """Diagonal of that part."""
        assert self.factor is not None
        diagonal: Vector = self.factor.inverse_diagonal() + ((self.spread @ self.inverse) * self.spread).sum(axis=1)
        return diagonal


def solve_threshold(
    equations: Equations,
    trait: str,
    options: Options,
    plan: Plan,
    tell: Tell,
    groups: GroupPlan | None,
    executor: Executor | None = None,
) -> tuple[Answer, ThresholdSolution]:
    """MAP of fixed effects, breeding values and thresholds by Fisher scoring; the first threshold is 0.

    Parameters
    ----------
    equations : Equations
        Of one trait; ``design.y`` holds its categories, any rising numbers.
    trait : str
    options : Options
        `tolerance`: largest change of a breeding value, in genetic standard deviations, and of a threshold.
    plan : Plan
    tell : callable(share, step)
    groups : GroupPlan, optional
    executor : Executor, optional
        Of the products of a PCG.

    Raises
    ------
    ModelError
        ``extreme_category``: a fixed level with all its records in the lowest or highest category, or a covariate or
        group that separates the categories: its estimate grows without end.
    NotConverged

    References
    ----------
    Gianola and Foulley 1983, GSE 15:201; Harville and Mee 1984, Biometrics 40:393.
    """
    names, category = np.unique(equations.design.y, return_inverse=True)
    refuse_extremes(equations.design, category, len(names) - 1)
    scale = genetic_scale(equations)
    start = ndtri(np.cumsum(np.bincount(category))[:-1] / len(category))
    thresholds, eta = start - start[0], np.full(len(category), -start[0])
    x, posterior, change = np.zeros(equations.n_equations), -np.inf, np.inf
    for done in range(1, ROUNDS + 1):
        step = Round.of(eta, thresholds, category)
        try:
            system = _Bordered(equations, step, plan, options, executor)
        except ModelError as error:
            if error.code == "singular" and np.abs(eta).max() > FAR:
                raise _separated(equations, x) from error
            raise
        rhs = equations.w.T @ (step.weight * eta + step.score)
        new, by = system.solve_both(rhs, step.threshold_score + step.border.T @ eta)
        move = np.concatenate([[0.0], by])
        x_new, thresholds_new, posterior = _shorten(equations, category, (x, new), (thresholds, move), posterior)
        change = max(
            float(np.max(np.abs(x_new - x) / scale, initial=0.0)), float(np.abs(thresholds_new - thresholds).max())
        )
        eta_new = equations.w @ x_new
        moved = float(np.abs(eta_new - eta).max())
        if done >= SETTLED and moved > RUNAWAY:
            raise _separated(equations, x_new - x)
        change = max(change, moved)
        x, thresholds, eta = x_new, thresholds_new, eta_new
        tell(0.25 + 0.55 * min(1.0, done / 8), "solve")
        if change < options.tolerance:
            gradient = _gradient(equations, x, eta, thresholds, category)
            convergence = Convergence(plan.method, True, done, change, gradient)
            return _finish(equations, (x, thresholds, names), trait, plan, options, convergence, groups, tell)
    message = f"after {ROUNDS} rounds: change {change:.3g}"
    fix = "Look for a fixed effect that separates the categories, and merge its levels or make it random"
    raise NotConverged("not_converged", message, place="effects", fix=fix)


def _separated(equations: Equations, move: Vector) -> ModelError:
    """The refusal of the fixed effect or group that moves the liabilities most."""
    n, groups = equations.n_fixed, _group_equations(equations)
    reach = np.abs(move)
    reach[:n] *= abs(equations.w[:, :n]).max(axis=0).toarray().ravel() if n else 1.0
    candidates = np.concatenate([np.arange(n), groups])
    effect = equations.effect_of(int(candidates[np.argmax(reach[candidates])])) if candidates.size else "the thresholds"
    message = f"the categories are separated by {effect}: its estimate grows without end"
    place = effect if effect == "groups" else f"effects.{effect}"
    fix = "Merge its levels, make it random, or leave it out"
    return ModelError("extreme_category", message, place=place, fix=fix)


def _group_equations(equations: Equations) -> NDArray[np.intp]:
    """Equations of the groups behind the animals."""
    if equations.n_groups == 0:
        return np.empty(0, np.intp)
    block = equations.design.random[0]
    end = equations.starts[0] + len(block.level) * len(block.members)
    return np.arange(end - equations.n_groups * len(block.members), end)


def _shorten(
    equations: Equations,
    category: NDArray[np.int64],
    solutions: tuple[Vector, Vector],
    thresholds: tuple[Vector, Vector],
    before: float,
) -> tuple[Vector, Vector, float]:
    """The step, halved until the log posterior does not fall and the thresholds rise."""
    (old, new), (at, move) = solutions, thresholds
    share = 1.0
    for _ in range(HALVINGS):
        x, moved = old + share * (new - old), at + share * move
        if (np.diff(moved) > 0.0).all():
            now = _log_posterior(equations, x, moved, category)
            if now >= before - 1e-9 * abs(before):
                return x, moved, now
        share *= 0.5
        if before == -np.inf:
            move = 0.5 * move
            share = 1.0
    fix = "Look for a fixed effect that separates the categories"
    raise NotConverged("not_converged", "the posterior does not rise any further", place="effects", fix=fix)


def _prior(equations: Equations, x: Vector) -> Vector:
    n = len(equations.design.y)
    return replace(equations, given_residual_inverse=csr_array((n, n))).product(x)


def _log_posterior(equations: Equations, x: Vector, thresholds: Vector, category: NDArray[np.int64]) -> float:
    p = Scores.of(equations.w @ x, thresholds).p[np.arange(len(category)), category]
    return float(np.log(p).sum() - 0.5 * (x @ _prior(equations, x)))


def _gradient(equations: Equations, x: Vector, eta: Vector, thresholds: Vector, category: NDArray[np.int64]) -> float:
    """Norm of the gradient of the log posterior, relative to its data part."""
    step = Round.of(eta, thresholds, category)
    size = float(np.linalg.norm(abs(equations.w).T @ np.abs(step.score))) or 1.0
    gradient = equations.w.T @ step.score - _prior(equations, x)
    return float(np.hypot(np.linalg.norm(gradient), np.linalg.norm(step.threshold_score))) / size


def _finish(
    equations: Equations,
    found: tuple[Vector, Vector, Vector],
    trait: str,
    plan: Plan,
    options: Options,
    convergence: Convergence,
    groups: GroupPlan | None,
    tell: Tell,
) -> tuple[Answer, ThresholdSolution]:
    x, thresholds, names = found
    diagonal, error = None, None
    if plan.is_exact:
        tell(0.8, "reliability")
        category = np.searchsorted(names, equations.design.y)
        system = _Bordered(equations, Round.of(equations.w @ x, thresholds, category), plan, options, None)
        diagonal = system.inverse_diagonal()
        error = np.sqrt(np.concatenate([[np.nan], np.diag(system.inverse)]))
        if groups is not None and groups.shares is not None:
            diagonal = without_groups(diagonal, system, groups.shares, groups.constrained, equations.starts[0])
    return Answer(x, diagonal, convergence), ThresholdSolution(trait, names, thresholds, error)
