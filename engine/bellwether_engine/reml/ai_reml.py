"""AI-REML: rounds of average-information steps, with a damped or an EM step where they fail."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from ..errors import ModelError
from ..linear.factor import EXACT_LIMIT, Factor
from ..solution.estimates import Estimates, Round
from .coordinates import Coordinates, slope_at
from .estimates import estimates_of
from .identify import without_information
from .likelihood import ExactProblem, Point, evaluate, ordered
from .start import floors
from .state import Problem
from .steps import advance, not_converged, relative_change
from .terms import build_terms

Floats = NDArray[np.float64]
MAXIMUM_ROUNDS = 100
CHANGE, GRADIENT = 1e-6, 1e-5
CHANGE_AT_EDGE, GRADIENT_AT_EDGE = 1e-4, 1e-3
CLOSE = 1e-2


def ai_reml(
    problem: Problem, start: Floats, traits: tuple[str, ...], seed: int, tell: Callable[[float, str], None]
) -> tuple[Estimates, Point]:
    """Estimate by exact scores.

    Score and average information come from the mixed-model equations and working variates; traces from the selected
    inverse, so that every round costs one sparse factorisation. A step that leaves the parameter space or lowers the
    likelihood is repeated with a share of the EM information added, then as a pure EM step. No step takes
    more than nine tenths of a variance; a matrix near an edge moves as its Cholesky factor, whose diagonal stays
    above 0.003 phenotypic standard deviations. Stops when no (co)variance changes by more than 1e-6 (relative to its
    standard deviations) and the optimum is less than 1e-5 standard errors away; at an edge 1e-4 and 1e-3.

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
    point = _first(exact(problem), start)
    fixed, notices = without_information(point)
    coordinates = Coordinates(problem.components, (False,) * len(problem.components), fixed, floors(problem))
    point, coordinates, rounds, change = _iterate(point, coordinates, tell)
    estimates = estimates_of(
        "ai-reml", problem, slope_at(point, coordinates), coordinates, traits, seed,
        rounds=tuple(rounds), change=change, notices=notices, minus2=point.minus2_log_likelihood,
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


def _first(problem: ExactProblem, start: Floats) -> Point:
    try:
        return evaluate(problem, start)
    except ModelError as error:
        raise (_too_large(error.message) if error.code == "too_large" else error) from error


def _too_large(message: str) -> ModelError:
    fix = 'Use estimate = "mc-reml", which factorises nothing'
    return ModelError("too_large", message, place="options.estimate", fix=fix)


def _iterate(
    point: Point, coordinates: Coordinates, tell: Callable[[float, str], None]
) -> tuple[Point, Coordinates, list[Round], float]:
    rounds: list[Round] = []
    change = np.inf
    while len(rounds) < MAXIMUM_ROUNDS:
        tell(0.25 - 0.1 / (1 + len(rounds)), "estimate")
        slope = slope_at(point, coordinates)
        distance, at_edge = slope.in_standard_errors, (slope.held & ~coordinates.fixed).any()
        if change < CHANGE and distance < GRADIENT:
            return point, coordinates, rounds, change
        if at_edge and change < CHANGE_AT_EDGE and distance < GRADIENT_AT_EDGE:
            return point, coordinates, rounds, change
        before = point
        # this near, rounding in the likelihood of nearly singular matrices hides the gain of a step
        slack = 1e-5 if distance < CLOSE else 1e-8
        point, coordinates, kind = advance(before, coordinates, _not_worse_than(before, slack))
        rounds.append(Round(before.minus2_log_likelihood, distance, kind))
        change = relative_change(point.problem.components, before.theta, point.theta)
    message = f"no convergence after {MAXIMUM_ROUNDS} rounds: change {change:.3g}, {distance:.3g} standard errors away"
    raise not_converged(message)


def _not_worse_than(before: Point, slack: float) -> Callable[[Floats], Point | None]:
    allowed = before.minus2_log_likelihood + 1e-10 * abs(before.minus2_log_likelihood) + slack

    def reach(theta: Floats) -> Point | None:
        try:
            reached = evaluate(before.problem, theta)
        except (ModelError, np.linalg.LinAlgError):
            return None
        return reached if reached.minus2_log_likelihood <= allowed else None

    return reach
