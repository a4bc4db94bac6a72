"""AI-REML: rounds of average-information steps, with a damped or an EM step where they fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from ..errors import ModelError, NotConverged, reml_not_converged
from ..linear.factor import EXACT_LIMIT, Factor
from ..solution.estimates import Estimates, Round
from .estimates import estimates_of
from .identify import without_information
from .likelihood import ExactProblem, Likelihood, Point, evaluate, ordered
from .region import Region, slope_at
from .start import other_starts, region_of
from .state import Problem
from .steps import advance, relative_change, with_curvature
from .terms import build_terms

Floats = NDArray[np.float64]
P = TypeVar("P", bound=Likelihood)
Top = tuple[P, list[Round], float]
MAXIMUM_ROUNDS = 100
CHANGE, GRADIENT = 1e-6, 1e-5
CHANGE_AT_EDGE, GRADIENT_AT_EDGE = 1e-4, 1e-3
ROUNDING, REST, GAIN = 2e-2, 4, 1e-5
CLOSE = 1e-2
SLOW, PAIRS = 8, 6
LITTLE, ENOUGH, HIGHER = 0.1, 0.02, 1e-4


def ai_reml(
    problem: Problem, start: Floats, traits: tuple[str, ...], seed: int, tell: Callable[[float, str], None]
) -> tuple[Estimates, Point]:
    """Estimate by exact scores.

    Score and average information come from the mixed-model equations and working variates; traces from the selected
    inverse, so that every round costs one sparse factorisation. A step that would leave the space of positive
    semidefinite matrices is replaced by the best one inside (`best_step`), and shortened until the likelihood rises.
    A singular matrix keeps 1e-6 of the variance of the records in the directions that it lacks, so that it has an
    inverse; ratios and -2 log L are told without (the latter to the first order). Stops when no (co)variance changes by
    more than 1e-6 (relative to its standard deviations) and the best step is less than 1e-5 standard errors long; at an
    edge 1e-4 and 1e-3. Where the records say little (a standard error above a tenth of the variance of the records),
    the likelihood may have several tops: it is climbed from other starts too, and the highest top counts.

    Parameters
    ----------
    problem : Problem
    start : float64, shape (n_parameters,)
    traits : tuple of str
    seed : int
        Of the sampled standard errors.
    tell : callable(share, step)
        Called at the start of each round.

    References
    ----------
    Johnson and Thompson 1995, J Dairy Sci 78:449; Gilmour et al. 1995, Biometrics 51:1440; Masuda et al. 2014,
    J Anim Breed Genet 131:227.
    """
    region = region_of(problem, np.zeros(len(start), dtype=bool))
    point = first_point(exact(problem), region.lifted(start))
    fixed, notices = without_information(point)
    region = region_of(problem, fixed)
    point, rounds, change = _highest(climb(point, region, tell), region, tell)
    slope = slope_at(point, region)
    estimates = estimates_of(
        "ai-reml", problem, slope, traits, seed, rounds=tuple(rounds), change=change, notices=notices,
        minus2=point.minus2_log_likelihood + 2.0 * float(point.score @ slope.lift),
    )  # fmt: skip
    return estimates, point


def exact(problem: Problem) -> ExactProblem:
    """The problem with the order of its elimination.

    Raises
    ------
    ModelError
        ``too_large``.
    """
    equations, components = problem.equations, problem.components
    if equations.n_equations > EXACT_LIMIT:
        raise _too_large(f"{equations.n_equations:,} equations are above the limit of {EXACT_LIMIT:,} for AI-REML")
    terms = build_terms(equations, problem.patterns)
    log_structure = 0.0
    for block, component in zip(equations.design.random, components, strict=False):
        if block.is_genetic:
            among_animals = equations.relationship_inverse.tocsr()[: component.n_levels, : component.n_levels]
            log_structure -= len(block.members) * Factor(csc_array(among_animals)).log_determinant
    common = (problem.observed, problem.weights, problem.shares)
    return ExactProblem(equations, components, problem.patterns, *common, terms, ordered(terms), log_structure)


def first_point(problem: ExactProblem, start: Floats) -> Point:
    """The likelihood at the start; what is too large says what to use instead."""
    try:
        return evaluate(problem, start)
    except ModelError as error:
        raise (_too_large(error.message) if error.code == "too_large" else error) from error


def _too_large(message: str) -> ModelError:
    fix = 'Use estimate = "mc-reml", which factorises nothing'
    return ModelError("too_large", message, place="options.estimate", fix=fix)


def _highest(first: Top[Point], region: Region, tell: Callable[[float, str], None]) -> Top[Point]:
    """The highest of the tops that other starts lead to, where there may be several."""
    best = first
    if not _may_have_several_tops(first[0], region):
        return best
    for theta in other_starts(first[0].theta, region):
        try:
            found = climb(evaluate(first[0].problem, theta), region, tell, ENOUGH)
            if found[0].minus2_log_likelihood < best[0].minus2_log_likelihood - HIGHER:
                point, rounds, change = climb(found[0], region, tell)
                best = point, found[1] + rounds, change
        except (NotConverged, ModelError, np.linalg.LinAlgError):
            continue
    return best


def _may_have_several_tops(point: Point, region: Region) -> bool:
    """Is a standard error of a variance large beside the variance of the records?"""
    free, squares = ~region.fixed, np.zeros(len(point.theta))
    information = point.average_information * np.outer(region.spread, region.spread)
    try:
        squares[free] = np.diag(np.linalg.inv(information[np.ix_(free, free)]))
    except np.linalg.LinAlgError:
        return True
    return any(np.diag(component.matrix(squares)).max() > LITTLE**2 for component in region.components)


def climb(point: P, region: Region, tell: Callable[[float, str], None], enough: float = 0.0) -> Top[P]:
    """Steps to the top of the likelihood, or within `enough` standard errors of it; the rounds, and the largest change
    of the last one.

    Raises
    ------
    NotConverged
    """
    rounds: list[Round] = []
    steps: list[tuple[Floats, Floats]] = []
    change, distance = np.inf, np.inf
    while len(rounds) < MAXIMUM_ROUNDS:
        tell(0.25 - 0.1 / (1 + len(rounds)), "estimate")
        pairs = steps[-PAIRS:] if len(rounds) >= SLOW else []
        slope = slope_at(point, region, with_curvature(point.average_information, pairs))
        distance = slope.in_standard_errors
        if distance < enough or (change < CHANGE and distance < GRADIENT):
            return point, rounds, change
        if change < CHANGE_AT_EDGE and distance < GRADIENT_AT_EDGE and (slope.at_edge or point.lacks_rank):
            return point, rounds, change
        if distance < ROUNDING and _is_at_rest(point, rounds):
            return point, rounds, change
        # this near, rounding in the likelihood of nearly singular matrices hides the gain of a step
        slack = 1e-5 if distance < CLOSE else 1e-8
        taken = advance(point, slope, len(rounds), not_worse_than(point, slack))
        if taken is None:
            if distance < ROUNDING:
                return point, rounds, change
            raise reml_not_converged("no step raises the likelihood: the model is ill-conditioned")
        rounds.append(Round(point.minus2_log_likelihood, distance, taken[1]))
        change = relative_change(point.problem.components, point.covariances, taken[0].covariances)
        steps.append((taken[0].theta - point.theta, point.score - taken[0].score))
        point = taken[0]
    message = f"no convergence after {MAXIMUM_ROUNDS} rounds: change {change:.3g}, {distance:.3g} standard errors away"
    raise reml_not_converged(message)


def _is_at_rest(point: Likelihood, rounds: list[Round]) -> bool:
    """Did the last rounds gain no more than rounding takes?"""
    before = [found.minus2_log_likelihood for found in rounds[-REST:]]
    return len(before) == REST and max(before) - point.minus2_log_likelihood < GAIN


def not_worse_than(before: P, slack: float) -> Callable[[Floats], P | None]:
    """What takes a step: the state at its end, or None where its likelihood is lower."""
    allowed = before.minus2_log_likelihood + 1e-10 * abs(before.minus2_log_likelihood) + slack

    def reach(theta: Floats) -> P | None:
        try:
            reached = before.at(theta)
        except (ModelError, np.linalg.LinAlgError):
            return None
        return reached if reached.minus2_log_likelihood <= allowed else None

    return reach
