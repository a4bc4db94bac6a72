"""AI-REML: rounds of average-information steps, with a damped or an EM step where they fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from ..equations import Equations
from ..errors import ModelError, NotConverged
from ..factor import EXACT_LIMIT, Factor, too_large
from ..solution import Notice
from .components import Component, components_of, pack, triangle
from .coordinates import Coordinates, Slope, em_step, is_inside, propose, slope_at
from .estimates import Estimates, Round, component_estimates, ratio_estimates
from .identify import without_information
from .likelihood import Point, Problem, evaluate, ordered
from .terms import build_terms, patterns_of

Floats = NDArray[np.float64]
MAXIMUM_ROUNDS = 100
CHANGE, GRADIENT = 1e-6, 1e-5
CHANGE_AT_EDGE, GRADIENT_AT_EDGE = 1e-4, 1e-3
DAMPING = (0.0, 0.1, 1.0)
SMALLEST = 1e-5
CLOSE = 1e-2


def estimate_variances(
    equations: Equations,
    residual: Floats,
    observed: NDArray[np.bool_],
    weights: Floats | None,
    traits: tuple[str, ...],
    tell: Callable[[float, str], None],
    shares: Floats | None = None,
) -> tuple[Estimates, Equations]:
    """Estimate all (co)variances of a model by restricted maximum likelihood.

    Score and average information come from the mixed-model equations and working variates; traces from the selected
    inverse, so that every round costs one sparse factorisation. A step that leaves the parameter space or lowers the
    likelihood is repeated with a share of the EM information added, then as a pure EM step. No step takes
    more than nine tenths of a variance; a matrix near an edge moves as its Cholesky factor, whose diagonal stays
    above 0.003 phenotypic standard deviations. Stops when no (co)variance changes by more than 1e-6 (relative to its
    standard deviations) and the optimum is less than 1e-5 standard errors away; at an edge 1e-4 and 1e-3.

    Parameters
    ----------
    equations : Equations
        At the start values.
    residual : float64, shape (n_traits, n_traits)
        Start value of R0.
    observed : bool, shape (n_records, n_traits)
    weights : float64, shape (n_records,), optional
        The residual variance is divided by it.
    traits : tuple of str
    tell : callable(share, step)
        Called at the start of each round.
    shares : float64, shape (n_animals, n_groups), optional
        Q of fixed groups, which follow the animals in the genetic block (Quaas 1988).

    Returns
    -------
    Estimates
    Equations
        At the estimates.

    Raises
    ------
    ModelError
        ``not_estimable``, ``too_few_records``: which variance, and why; ``too_large``; ``singular``.
    NotConverged
        ``reml_not_converged`` after 100 rounds, or where no step raises the likelihood.

    References
    ----------
    Johnson and Thompson 1995, J Dairy Sci 78:449; Gilmour et al. 1995, Biometrics 51:1440; Masuda et al. 2014,
    J Anim Breed Genet 131:227.
    """
    problem = _problem(equations, observed, weights, traits, shares)
    start = np.concatenate([pack(matrix) for matrix in (*equations.design.covariance, residual)])
    point = evaluate(problem, start)
    fixed, notices = without_information(point)
    floor = _floors(problem)
    coordinates = Coordinates(problem.components, (False,) * len(problem.components), fixed, floor)
    point, coordinates, rounds, change = _iterate(point, coordinates, tell)
    estimates = _estimates(point, slope_at(point, coordinates), rounds, change, notices, traits)
    return estimates, _at(equations, point)


def _problem(
    equations: Equations,
    observed: NDArray[np.bool_],
    weights: Floats | None,
    traits: tuple[str, ...],
    shares: Floats | None = None,
) -> Problem:
    if equations.n_equations > EXACT_LIMIT:
        raise too_large(f"{equations.n_equations:,} equations are above the limit of {EXACT_LIMIT:,} for AI-REML")
    patterns = patterns_of(observed, weights)
    terms = build_terms(equations, patterns)
    components = components_of(equations.design, traits, 0 if shares is None else shares.shape[1])
    log_structure = 0.0
    for block, component in zip(equations.design.random, components, strict=False):
        if block.is_genetic:
            among_animals = equations.relationship_inverse.tocsr()[: component.n_levels, : component.n_levels]
            determinant = Factor(csc_array(among_animals)).log_determinant
            log_structure -= len(block.members) * determinant
    return Problem(equations, components, patterns, terms, ordered(terms), observed, weights, log_structure, shares)


def _floors(problem: Problem) -> Floats:
    """Least diagonal of each Cholesky factor: a share of the standard deviation of the trait."""
    design = problem.equations.design
    spread = [float(np.std(design.y[design.trait == t])) or 1.0 for t in range(problem.residual.size)]
    floor = np.full(problem.residual.own.stop, -np.inf)
    for component in problem.components:
        for i, (j, k) in enumerate(triangle(component.size)):
            if j == k:
                floor[component.start + i] = np.sqrt(SMALLEST) * spread[component.traits[j]]
    return floor


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
        point, coordinates, kind = _advance(before, coordinates, slack)
        rounds.append(Round(before.minus2_log_likelihood, distance, kind))
        change = _change(point.problem.components, before.theta, point.theta)
    message = f"no convergence after {MAXIMUM_ROUNDS} rounds: change {change:.3g}, {distance:.3g} standard errors away"
    raise _not_converged(message)


def _advance(point: Point, coordinates: Coordinates, slack: float) -> tuple[Point, Coordinates, str]:
    """The first step that keeps the matrices positive definite and does not lower the likelihood."""
    for share in DAMPING:
        theta, coordinates = _try(point, coordinates, share)
        if theta is None:
            continue
        shortened = coordinates.shortened(point.theta, theta)
        reached = _better(point, coordinates, shortened, slack)
        if reached is not None:
            return reached, coordinates, "ai" if share == 0.0 and shortened is theta else "damped"
    reached = _better(point, coordinates, em_step(point, coordinates), slack)
    if reached is None:
        raise _not_converged(
            "no step raises the likelihood: the variances are at an edge, or the model is ill-conditioned"
        )
    return reached, coordinates, "em"


def _try(point: Point, coordinates: Coordinates, share: float) -> tuple[Floats | None, Coordinates]:
    """The variances after a step, None where there is no step, and the coordinates that it was taken in."""
    try:
        theta = propose(point, coordinates, share)
        chosen = coordinates.near_edge(point.theta, theta)
        if chosen.by_root != coordinates.by_root:
            theta = propose(point, chosen, share)
    except np.linalg.LinAlgError:
        return None, coordinates
    return (theta if np.isfinite(theta).all() else None), chosen


def _all_inside(coordinates: Coordinates, theta: Floats) -> bool:
    return all(
        rooted or is_inside(component, theta)
        for component, rooted in zip(coordinates.components, coordinates.by_root, strict=True)
    )


def _better(point: Point, coordinates: Coordinates, theta: Floats, slack: float) -> Point | None:
    if not _all_inside(coordinates, theta):
        return None
    try:
        reached = evaluate(point.problem, theta)
    except (ModelError, np.linalg.LinAlgError):
        return None
    allowed = point.minus2_log_likelihood + 1e-10 * abs(point.minus2_log_likelihood) + slack
    return reached if reached.minus2_log_likelihood <= allowed else None


def _change(components: tuple[Component, ...], before: Floats, after: Floats) -> float:
    largest = 0.0
    for component in components:
        deviations = np.sqrt(np.diag(component.matrix(after)))
        difference = np.abs(component.matrix(after) - component.matrix(before)) / np.outer(deviations, deviations)
        largest = max(largest, float(difference.max()))
    return largest


def _estimates(
    point: Point, slope: Slope, rounds: list[Round], change: float, notices: tuple[Notice, ...], traits: tuple[str, ...]
) -> Estimates:
    components, covariance = point.problem.components, slope.covariance()
    at_edge = [c for c in components if (slope.held & np.isfinite(point.theta))[c.own].any()]
    kept = {notice.effect for notice in notices}
    boundary = tuple(c.name for c in at_edge if c.effect not in kept)
    warnings = [
        Notice("boundary", f"{name} lies at the edge of the parameter space (a variance of 0 or a correlation of 1)")
        for name in boundary
    ]
    return Estimates(
        components=component_estimates(components, point.theta, covariance),
        ratios=ratio_estimates(components, traits, point.theta, covariance),
        covariance=covariance,
        minus2_log_likelihood=point.minus2_log_likelihood,
        rounds=tuple(rounds),
        gradient=slope.in_standard_errors,
        largest_change=change,
        boundary=boundary,
        warnings=(*notices, *warnings),
    )


def _at(equations: Equations, point: Point) -> Equations:
    """The equations with the variances of a point."""
    problem = point.problem
    design = replace(
        equations.design,
        residual=problem.residual.matrix(point.theta),
        covariance=tuple(component.matrix(point.theta) for component in problem.components[:-1]),
        precision=point.precisions,
    )
    rhs = equations.w_transposed @ (design.residual_inverse @ design.y)
    return replace(equations, design=design, rhs=rhs)


def _not_converged(message: str) -> NotConverged:
    fix = "Start from other variances, or take out the effect with the smallest variance"
    return NotConverged("reml_not_converged", message, place="options.estimate", fix=fix)
